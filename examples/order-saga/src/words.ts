/** Cents for people: `1,200.00 €`. */
export function euros(cents: number): string {
  return `${(cents / 100).toLocaleString('en', { minimumFractionDigits: 2 })} €`;
}

const DATE = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'short',
  day: '2-digit',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** A moment for people: `Mon 05 Jan 09:00`. Epoch ms. */
export function moment(at: number): string {
  const parts = Object.fromEntries(DATE.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${parts['weekday']} ${parts['day']} ${parts['month']} ${parts['hour']}:${parts['minute']}`;
}
