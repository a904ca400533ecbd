type Parts = Readonly<Record<string, unknown>>;

/** Each part of a body, and what it must be. Written out: it is gone through with every step. */
const PARTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  seen: isText,
  counter: Number.isFinite,
  sequence: Number.isFinite,
  snapshot: (value) => value !== undefined,
  outbox: listOf((entry) => isEvent(entry['event']) && isText(entry['cause']) && isTime(entry['at'])),
  timers: listOf(
    (timer) =>
      isText(timer['key']) &&
      isTime(timer['at']) &&
      isTime(timer['token']) &&
      isTexts(timer['from']) &&
      isTexts(timer['to']) &&
      isObject(timer['event']) &&
      isText(timer['event']['type']),
  ),
  // Format 1 has none.
  commands: listOf(
    (command) =>
      isText(command['key']) &&
      isTexts(command['path']) &&
      isText(command['type']) &&
      isTexts(command['ids']) &&
      isTime(command['attempt']) &&
      isTime(command['at']) &&
      (command['dueAt'] === null || isTime(command['dueAt'])),
  ),
  sources: optional(isTexts),
  buffered: optional(listOf(({ event, hash, until }) => isEvent(event) && isText(hash) && isTime(until))),
  problem: optional(
    (value) =>
      isObject(value) &&
      (value['event'] === undefined || isEvent(value['event'])) &&
      isText(value['kind']) &&
      isText(value['code']) &&
      isText(value['message']) &&
      isTime(value['lastAt']) &&
      isTime(value['times']),
  ),
  origin: optional(
    (value) =>
      isObject(value) && isText(value['command']) && isText(value['source']) && isText(value['subject']),
  ),
  failure: optional((value) => isObject(value) && isText(value['code']) && isText(value['message'])),
  deadlineAt: optional(isTime),
  resumeAt: optional(isTime),
  expiresAt: optional(isTime),
  trace: optional(isObject),
};

/**
 * The part of a body that is missing or not what it must be. Undefined: none. Damage that is not found here would be met in the
 * middle of a step, as an error that blames nobody and is tried again for ever.
 */
export function damagedPart(body: Parts, format: number): string | undefined {
  for (const name in PARTS) {
    if (format === 1 && name === 'commands') continue;
    if (!PARTS[name]?.(body[name])) return name;
  }
  return undefined;
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
  return Array.isArray(value) && value.every(isText);
}

function isEvent(value: unknown): boolean {
  return isObject(value) && isText(value['id']) && isText(value['source']) && isText(value['type']);
}

function listOf(isItem: (item: Parts) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every((item) => isObject(item) && isItem(item));
}

function optional(isPart: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || isPart(value);
}
