import type { Orchestrator, Platform } from '@xorca/core';

/**
 * What became of a delivery, as its trigger sees it.
 * - `accepted`: acknowledged; it does not come again.
 * - `retry`: given back; the trigger delivers it again.
 * - `dead`: put aside by the handler where people find it, and acknowledged.
 */
export type Verdict = 'accepted' | 'retry' | 'dead';

/** What a handler is made of for one case: an orchestrator, and a platform whose ports the case can make fail. */
export interface HandlerFixture {
  readonly orchestrator: Orchestrator;
  /** Its clock stands still unless the case moves it: deadlines count by it. */
  readonly platform: Platform & Required<Pick<Platform, 'clock'>>;
}

/** A handler behind the form of its trigger, and which of these things the trigger can do at all. */
export interface HandlerUnderTest {
  /**
   * Delivers the JSON texts of events (or what is none) the way the trigger does, in its envelopes, and says what became of each, in
   * their order. `remainingMs`: how long the platform says the handler may still run, by the clock of the fixture.
   */
  deliver(
    bodies: readonly string[],
    options?: { readonly remainingMs?: number },
  ): Promise<readonly Verdict[]>;
  /** Runs the handler as its cron or scheduler does. Absent: another function wakes. */
  wake?(): Promise<unknown>;
  /** `'batch'` where the trigger can only take or give back a batch as a whole, as those of Azure Functions do. Default `'element'`. */
  readonly fails?: 'element' | 'batch';
  /** `'one'` where the trigger calls the handler for each event alone, with a time of its own. Default `'batches'`. */
  readonly delivers?: 'batches' | 'one';
  /** `'none'` where the trigger keeps no order among the events of a subject. Default `'subject'`. */
  readonly order?: 'subject' | 'none';
  /** `'events'` where nothing but valid CloudEvents can get into the trigger. Default `'text'`: anything can. */
  readonly carries?: 'text' | 'events';
  /** False where the platform does not tell a handler how long it may still run. Default true. */
  readonly tellsTime?: boolean;
}

/** Makes the handler of a case. */
export type MakeHandler = (fixture: HandlerFixture) => Promise<HandlerUnderTest> | HandlerUnderTest;

/** One behaviour that every handler must show. */
export interface HandlerCase {
  /** A sentence about the behaviour. */
  readonly name: string;
  /** Throws when the handler does not show it. `makeHandler` is called once. */
  run(makeHandler: MakeHandler): Promise<void>;
  /**
   * The same, and resolves to undefined; or, where the case shows nothing, to what the maker would have to give for it:
   * `'outages.away'`.
   */
  show(makeHandler: MakeHandler): Promise<string | undefined>;
}

/** A case as it is written: what it lacks ends it by `unshown`. */
export type HandlerTrial = Omit<HandlerCase, 'show'>;
