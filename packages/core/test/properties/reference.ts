/*
 * What a process of `machine.ts` must do, written down a second time and in another way: no machine, no xstate, no code of core. Whatever
 * the runner does otherwise is wrong on one of the two sides.
 */

const MINUTE = 60_000;
const AFTER = 30 * MINUTE;
const TIMEOUT = 10 * MINUTE;
const PAUSE = MINUTE;
const ATTEMPTS = 2;
const RESEND = MINUTE;
const KEPT = 60 * MINUTE;

export interface Sent {
  readonly id: string;
  readonly type: string;
}

interface Owed extends Sent {
  readonly cause: string;
  at: number;
}

interface Asked {
  ids: string[];
  dueAt: number;
  resting: boolean;
}

/** An event from outside: its name in the world, its type, and for an answer the command it names. */
export interface Input {
  readonly id: string;
  readonly type: string;
  readonly answers?: string;
}

/** What goes wrong with the call at hand: the bus refuses, or the function dies between save and publish. */
export type Mishap = 'none' | 'bus away' | 'death';

export interface Reaction {
  readonly status: string;
  readonly effects: readonly string[];
}

/** All there is to know about the one process, the bus and the clock. Plain data: it can be copied. */
export interface Reference {
  now: number;
  /** Whether `evt.boom` makes the machine throw. */
  isBroken: boolean;
  status: 'none' | 'active' | 'done' | 'cancelled';
  place: 'Counting' | 'Asking' | 'Late' | 'Done';
  count: number;
  counter: number;
  seen: string[];
  timer: number | undefined;
  asked: Asked | undefined;
  early: { readonly id: string; readonly until: number }[];
  problem: { readonly id: string; readonly times: number } | undefined;
  owed: Owed[];
  published: string[];
  /** Every id that a command ever had. */
  commands: string[];
}

export function reference(now: number): Reference {
  return {
    now,
    isBroken: true,
    status: 'none',
    place: 'Counting',
    count: 0,
    counter: 0,
    seen: [],
    timer: undefined,
    asked: undefined,
    early: [],
    problem: undefined,
    owed: [],
    published: [],
    commands: [],
  };
}

/** One event, handled alone. */
export function handle(is: Reference, input: Input, mishap: Mishap): Reaction {
  const decided: Owed[] = [];
  if (is.status === 'active') passTime(is, decided);
  const before = decided.length;
  const status = take(is, input, decided);
  const again = status === 'duplicate' ? is.owed.filter(({ cause }) => cause === input.id) : [];
  const own = status === 'duplicate' ? again : decided.slice(before);
  const isOut = out(is, again, decided, mishap);
  return { status: own.length > 0 && !isOut ? 'failed' : status, effects: own.map(({ id }) => id) };
}

/** What the clock alone brings about. */
export function wake(is: Reference, mishap: Mishap): void {
  const decided: Owed[] = [];
  if (is.status === 'active') passTime(is, decided);
  out(
    is,
    is.owed.filter(({ at }) => at + RESEND <= is.now),
    decided,
    mishap,
  );
}

/** Ends it by hand; the code of the error when that cannot be. */
export function cancel(is: Reference, mishap: Mishap): string | undefined {
  if (is.status === 'none') return 'XORCA_UNKNOWN_PROCESS';
  if (is.status === 'done') return 'XORCA_ENDED';
  if (is.status === 'cancelled') return undefined;
  const decided: Owed[] = [];
  if (is.asked) emit(is, 'cmd.work.cancel', '', decided);
  is.status = 'cancelled';
  is.timer = undefined;
  is.asked = undefined;
  is.problem = undefined;
  out(is, [], decided, mishap);
  return undefined;
}

/** Tries once more what is a problem; the code of the error when that cannot be. */
export function redrive(is: Reference, mishap: Mishap): string | undefined {
  if (is.status === 'none') return 'XORCA_UNKNOWN_PROCESS';
  if (is.status !== 'active') return 'XORCA_ENDED';
  const decided: Owed[] = [];
  const { problem } = is;
  is.problem = undefined;
  const status = problem && take(is, { id: problem.id, type: 'evt.boom' }, decided);
  if (status !== 'failed' && is.status === 'active') passTime(is, decided);
  out(is, [], decided, mishap);
  return undefined;
}

function take(is: Reference, input: Input, decided: Owed[]): string {
  const status = taken(is, input, decided);
  // Nobody wants it any more: nothing is left to try again.
  if (status === 'unhandled' && is.problem?.id === input.id) is.problem = undefined;
  return status;
}

function taken(is: Reference, { id, type, answers }: Input, decided: Owed[]): string {
  if (is.seen.includes(id)) return 'duplicate';
  if (is.status === 'none') {
    if (type !== 'evt.begin' && type !== 'evt.nudge') return 'unknown-process';
    is.status = 'active';
    emit(is, 'notif.begun', id, decided);
    enterCounting(is);
    if (type === 'evt.nudge') nudge(is, id, decided);
    return done(is, id, decided);
  }
  if (is.status !== 'active') return 'unhandled';
  if (type === 'evt.early') {
    if (is.place !== 'Late') {
      is.early.push({ id, until: is.now + KEPT });
      is.seen.push(id);
      return 'buffered';
    }
    takeEarly(is, id, decided);
    return done(is, id, decided);
  }
  const { asked } = is;
  if (type === 'evt.work.success' && asked?.ids.includes(answers ?? '')) {
    is.asked = undefined;
    emit(is, 'notif.answered', id, decided);
    enterCounting(is);
    return done(is, id, decided);
  }
  if (type === 'evt.work.error' && asked && !asked.resting && asked.ids.at(-1) === answers) {
    attemptFailed(is, asked, id, decided);
    return done(is, id, decided);
  }
  if (is.place === 'Late' && type === 'evt.tick') {
    enterCounting(is);
    return done(is, id, decided);
  }
  if (is.place !== 'Counting') return 'unhandled';
  switch (type) {
    case 'evt.tick':
      is.count += 1;
      emit(is, 'notif.tick', id, decided);
      break;
    case 'evt.nudge':
      nudge(is, id, decided);
      break;
    case 'evt.ask':
      is.place = 'Asking';
      is.timer = undefined;
      ask(is, { ids: [], dueAt: 0, resting: false }, id, decided);
      break;
    case 'evt.rest':
      becomeLate(is, id, decided);
      break;
    case 'evt.end':
      is.place = 'Done';
      is.status = 'done';
      is.timer = undefined;
      is.problem = undefined;
      emit(is, 'notif.done', id, decided);
      break;
    case 'evt.boom':
      if (is.isBroken) {
        is.problem = { id, times: is.problem?.id === id ? is.problem.times + 1 : 1 };
        return 'failed';
      }
      is.count += 100;
      break;
    default:
      return 'unhandled';
  }
  return done(is, id, decided);
}

function done(is: Reference, id: string, decided: Owed[]): 'applied' {
  is.seen.push(id);
  if (is.problem?.id === id) is.problem = undefined;
  offerEarly(is, decided);
  return 'applied';
}

function passTime(is: Reference, decided: Owed[]): void {
  is.early = is.early.filter(({ until }) => until > is.now);
  // What is armed now lies ahead, so each of the two is due once at most.
  if (is.timer !== undefined && is.timer <= is.now) {
    becomeLate(is, '', decided);
    offerEarly(is, decided);
  } else if (is.asked && is.asked.dueAt <= is.now) {
    if (is.asked.resting) ask(is, is.asked, '', decided);
    else attemptFailed(is, is.asked, '', decided);
  }
}

function becomeLate(is: Reference, cause: string, decided: Owed[]): void {
  is.timer = undefined;
  is.place = 'Late';
  emit(is, 'notif.late', cause, decided);
}

function offerEarly(is: Reference, decided: Owed[]): void {
  if (is.place !== 'Late') return;
  const waiting = is.early;
  is.early = [];
  for (const { id } of waiting) takeEarly(is, id, decided);
}

function takeEarly(is: Reference, id: string, decided: Owed[]): void {
  is.count += 10;
  emit(is, 'notif.early', id, decided);
}

function nudge(is: Reference, id: string, decided: Owed[]): void {
  is.count += 1_000;
  emit(is, 'notif.nudged', id, decided);
}

function enterCounting(is: Reference): void {
  is.place = 'Counting';
  is.timer = is.now + AFTER;
}

function ask(is: Reference, asked: Asked, cause: string, decided: Owed[]): void {
  const id = emit(is, 'cmd.work', cause, decided);
  is.commands.push(id);
  is.asked = { ids: [...asked.ids, id], dueAt: is.now + TIMEOUT, resting: false };
}

function attemptFailed(is: Reference, asked: Asked, cause: string, decided: Owed[]): void {
  if (asked.ids.length < ATTEMPTS) {
    is.asked = { ids: asked.ids, dueAt: is.now + PAUSE, resting: true };
    return;
  }
  is.asked = undefined;
  emit(is, 'notif.refused', cause, decided);
  enterCounting(is);
}

function emit(is: Reference, type: string, cause: string, decided: Owed[]): string {
  is.counter += 1;
  const id = `p/${is.counter}`;
  decided.push({ id, type, cause, at: is.now });
  return id;
}

/** Sends what is owed again and what is new, in this order; whether it went out. */
function out(is: Reference, again: readonly Owed[], decided: readonly Owed[], mishap: Mishap): boolean {
  const sending = [...again, ...decided];
  is.owed.push(...decided);
  if (mishap === 'death') return true;
  if (mishap === 'bus away') {
    for (const one of sending) one.at = is.now;
    return false;
  }
  is.published.push(...sending.map(({ id, type }) => `${id} ${type}`));
  is.owed = is.owed.filter((one) => !sending.includes(one));
  return true;
}
