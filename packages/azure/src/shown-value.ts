const NAME = /^[A-Za-z_][\w.:-]{0,127}$/;
// Without a query, which may have a signature, and without a name and password.
const PLAIN_URL = /^https?:\/\/[^\s?#@;=]{1,200}$/;
// No name that somebody chose has so many letters and digits on end; a key has.
const LIKE_A_KEY = /[A-Za-z0-9]{40}/;

/** A value as an error may show it: of a text that may have a key in it, only what it is not. */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    const isPlain = value === '' || ((NAME.test(value) || PLAIN_URL.test(value)) && !LIKE_A_KEY.test(value));
    return isPlain ? JSON.stringify(value) : 'a text that is no name (is it a connection string or a key?)';
  }
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
