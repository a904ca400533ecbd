import type { HttpHeaders } from './http-message.ts';

/** A content type, taken apart. */
export interface ContentType {
  /** `application/cloudevents+json`, in small letters; empty when there is none. */
  readonly media: string;
  /** As it was said, in small letters. */
  readonly charset: string | undefined;
}

/** Headers by their names in small letters, or what is wrong with them. What is no text is nobody's header. */
export function headersOf(headers: HttpHeaders): ReadonlyMap<string, string> | string {
  const known = new Map<string, string>();
  for (const pair of pairsOf(headers)) {
    const [name, value] = Array.isArray(pair) ? pair : [];
    if (typeof name !== 'string') continue;
    const key = name.toLowerCase();
    const values = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');
    if (values.length === 0) continue;
    // Only those that say something here: a request may well have two cookies.
    if (key !== 'content-type' && !key.startsWith('ce-')) continue;
    if (values.length > 1 || known.has(key)) return `header ${key.slice(0, 40)}: came more than once`;
    known.set(key, values[0] as string);
  }
  return known;
}

function pairsOf(headers: HttpHeaders): Iterable<unknown> {
  if (typeof headers !== 'object' || headers === null) return [];
  if (Symbol.iterator in headers) return headers;
  return Object.entries(headers);
}

/** Takes a content type apart. */
export function contentTypeOf(value: string | undefined): ContentType {
  const [media = '', ...parameters] = (value ?? '').split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^\s";]+)"?\s*$/i.exec(parameter)?.[1])
    .find((found) => found !== undefined);
  return { media: media.trim().toLowerCase(), charset: charset?.toLowerCase() };
}

/**
 * The attribute in a header's value: double quotes and backslashes undone, then percents. Undefined for percents that are no
 * UTF-8. (CloudEvents HTTP binding 1.0.2, 3.1.3.2.)
 */
export function attributeOf(value: string): string | undefined {
  const plain = value.includes('"') ? unquoted(value) : value;
  try {
    return decodeURIComponent(plain);
  } catch {
    return undefined;
  }
}

// One look at each character: a pattern would begin anew at every quote that nothing closes.
function unquoted(value: string): string {
  let text = '';
  let isQuoted = false;
  for (let at = 0; at < value.length; at++) {
    const char = value.charAt(at);
    if (char === '"') isQuoted = !isQuoted;
    else if (isQuoted && char === '\\') text += value.charAt(++at);
    else text += char;
  }
  return text;
}
