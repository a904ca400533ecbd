type Parts = Readonly<Record<string, unknown>>;

/**
 * The part of a body that is missing or not what it must be. Undefined: none. Damage that is not found here would be met in the
 * middle of a step, as an error that blames nobody and is tried again for ever.
 */
export function damagedPart(body: Parts, format: number): string | undefined {
  // Written out, part by part: it is gone through with every step, and a table of functions was a twentieth of it.
  if (!isText(body['seen'])) return 'seen';
  if (!isTime(body['counter'])) return 'counter';
  if (!isTime(body['sequence'])) return 'sequence';
  if (body['snapshot'] === undefined) return 'snapshot';
  if (!isList(body['outbox'], isOutboxEntry)) return 'outbox';
  if (!isList(body['timers'], isTimer)) return 'timers';
  // Format 1 has none.
  if (format !== 1 && !isList(body['commands'], isCommand)) return 'commands';
  if (!maybe(body['sources'], isTexts)) return 'sources';
  if (body['buffered'] !== undefined && !isList(body['buffered'], isBuffered)) return 'buffered';
  if (!maybe(body['problem'], isProblem)) return 'problem';
  if (!maybe(body['origin'], isOrigin)) return 'origin';
  if (!maybe(body['failure'], isFailure)) return 'failure';
  if (!maybe(body['deadlineAt'], isTime)) return 'deadlineAt';
  if (!maybe(body['resumeAt'], isTime)) return 'resumeAt';
  if (!maybe(body['expiresAt'], isTime)) return 'expiresAt';
  return maybe(body['trace'], isObject) ? undefined : 'trace';
}

function isOutboxEntry(entry: Parts): boolean {
  return isEvent(entry['event']) && isText(entry['cause']) && isTime(entry['at']);
}

function isTimer({ key, at, token, from, to, event }: Parts): boolean {
  return (
    isText(key) &&
    isTime(at) &&
    isTime(token) &&
    isTexts(from) &&
    isTexts(to) &&
    isObject(event) &&
    isText(event['type'])
  );
}

function isCommand({ key, path, type, ids, attempt, at, dueAt }: Parts): boolean {
  return (
    isText(key) &&
    isTexts(path) &&
    isText(type) &&
    isTexts(ids) &&
    isTime(attempt) &&
    isTime(at) &&
    (dueAt === null || isTime(dueAt))
  );
}

function isBuffered({ event, hash, until, failed }: Parts): boolean {
  return isEvent(event) && isText(hash) && isTime(until) && maybe(failed, isTried);
}

function isTried(value: unknown): boolean {
  return isObject(value) && isTime(value['at']) && Number.isInteger(value['times']);
}

function isProblem(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { event, kind, code, message, lastAt, times } = value;
  return (
    (event === undefined || isEvent(event)) &&
    isText(kind) &&
    isText(code) &&
    isText(message) &&
    isTime(lastAt) &&
    isTime(times)
  );
}

function isOrigin(value: unknown): boolean {
  return isObject(value) && isText(value['command']) && isText(value['source']) && isText(value['subject']);
}

function isFailure(value: unknown): boolean {
  return isObject(value) && isText(value['code']) && isText(value['message']);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTime(value: unknown): boolean {
  return Number.isFinite(value);
}

function isObject(value: unknown): value is Parts {
  return typeof value === 'object' && value !== null;
}

function isTexts(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  for (const item of value) if (typeof item !== 'string') return false;
  return true;
}

function isEvent(value: unknown): boolean {
  return isObject(value) && isText(value['id']) && isText(value['source']) && isText(value['type']);
}

function isList(value: unknown, isItem: (item: Parts) => boolean): boolean {
  if (!Array.isArray(value)) return false;
  for (let at = 0; at < value.length; at++) {
    const item: unknown = value[at];
    if (!isObject(item) || !isItem(item)) return false;
  }
  return true;
}

function maybe(value: unknown, isPart: (value: unknown) => boolean): boolean {
  return value === undefined || isPart(value);
}
