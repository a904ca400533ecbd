import { expect, test } from 'vitest';
import { chance, seed } from '../../shared/test/chance.ts';
import type { Program } from '../../shared/test/program.ts';
import { temporaryFolder } from '../../shared/test/temporary-folder.ts';
import { readLedgers, totals } from './ledgers.ts';
import { endsIn, program } from './program.ts';

const KILLS = 14;
/** Lines of a whole run, about. */
const LINES = 85;

test(`killed ${KILLS} times at random lines (XORCA_SEED=${seed}), every order ends as if undisturbed`, {
  timeout: 240_000, // about 25 s, on a busy machine many times that
}, async () => {
  const calm = await temporaryFolder();
  const undisturbed = await finished(program.start('--dir', calm));
  const random = chance(seed);
  for (let kills = 0; kills < KILLS; ) {
    const dir = await temporaryFolder();
    // Until it gets to its end, which it may do before all kills are used up: then once more from the beginning.
    for (let over = false; !over; ) {
      // A run that goes on has fewer lines left: short steps make for more kills on the way.
      const line = 4 + Math.floor((random() * LINES) / 3);
      const run = kills < KILLS ? program.startToDieAt(line, '--dir', dir) : program.start('--dir', dir);
      const { signal } = await run.ended;
      if (signal !== null) kills++;
      else {
        over = true;
        expect(endsIn(await finished(run))).toEqual(endsIn(undisturbed));
      }
    }
    expectSound(dir);
    expect(totals(dir)).toEqual(totals(calm));
  }
});

test.each(['bank takes 18.00 €', 'carrier takes the parcel to Turin', 'bank gives 95.00 € back'])(
  'killed when "%s" is done but not yet answered, it is carried out again and booked once',
  async (what) => {
    const [calm, dir] = [await temporaryFolder(), await temporaryFolder()];
    const undisturbed = await finished(program.start('--dir', calm));
    const line = undisturbed.findIndex((text) => text.includes(what)) + 1;
    const killed = program.startToDieAt(line, '--dir', dir);
    expect(await killed.ended).toMatchObject({ signal: 'SIGKILL' });
    const again = await finished(program.start('--dir', dir));
    expect(again.join('\n')).toContain(what);
    expect(endsIn(again)).toEqual(endsIn(undisturbed));
    expect(readLedgers(dir).filter(({ asked }) => asked > 1)).toHaveLength(1);
    expectSound(dir);
    expect(totals(dir)).toEqual(totals(calm));
  },
);

async function finished(run: Program): Promise<readonly string[]> {
  expect(await run.ended).toEqual({ code: 0, signal: null, errors: '' });
  return run.lines;
}

/** From the services' own books: nobody paid twice, nothing left the house unpaid, what was called off is paid back. */
function expectSound(dir: string): void {
  const entries = readLedgers(dir);
  const of = (orderId: string, kind: string) =>
    entries.filter((entry) => entry.orderId === orderId && entry.kind === kind);
  for (const orderId of new Set(entries.map((entry) => entry.orderId))) {
    const shipped = of(orderId, 'ship').length;
    expect(of(orderId, 'charge').length, `${orderId} is charged at most once`).toBeLessThanOrEqual(1);
    expect(
      of(orderId, 'charge').length - of(orderId, 'refund').length,
      `${orderId} pays for what it got`,
    ).toBe(shipped);
    expect(
      of(orderId, 'reserve').length - of(orderId, 'release').length,
      `${orderId} keeps what it got`,
    ).toBe(shipped);
  }
}
