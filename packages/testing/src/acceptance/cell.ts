import type {
  Clock,
  EventPublisher,
  Fleet,
  FleetPlatform,
  Orchestrator,
  Outcome,
  Platform,
  ProcessStore,
} from '@xorca/core';
import type { HandlerOptions } from '@xorca/core/handlers';

/** What a function of a service is made of, for one invocation. */
export interface ServiceParts {
  /** The orchestrator, or the fleet that carries out its commands. */
  readonly what: Orchestrator | Fleet;
  readonly platform: Platform & FleetPlatform;
  /** For the handler that is made of both; take all of them over, and add what the bus needs, such as `claimCheck`. */
  readonly options: Pick<HandlerOptions, 'runner' | 'onOutcome' | 'log'>;
}

/** Somebody who gets events off the bus: the orchestrator, or its fleet. */
export interface BusService {
  readonly name: string;
  /** Whether its subscription is for events of this type: what a filter of the bus would say. */
  wants(type: string): boolean;
  /**
   * One invocation that takes these events, as objects or texts; one outcome for each, in their order. Rejects when the function died in
   * it: then nobody knows what was done, and all of them must come again, as must each whose outcome is not settled (`isSettled`).
   */
  handle(events: readonly unknown[]): Promise<readonly Outcome[]>;
  /** The same for the handler of a cloud, made anew of the parts; what it answers is given back, and it may reject as well. */
  invoke<Answer>(run: (parts: ServiceParts) => Promise<Answer>): Promise<Answer>;
}

/** A bus of a cell: the way in, and the deliveries at the other end. */
export interface BusUnderTest {
  readonly publisher: EventPublisher;
  /**
   * Begins to deliver what is published from now on to all services that want it, at least once, until they have taken it: what they did
   * not take comes again soon. Called once.
   */
  subscribe(services: readonly BusService[]): Promise<void> | void;
  /** Ends deliveries; resolves when none is under way. */
  stop?(): Promise<void> | void;
}

/** A store and a bus, empty and by themselves. */
export interface OpenCell {
  readonly store: ProcessStore;
  readonly bus: BusUnderTest;
  /** Gives back what was made for it. Called once, after the bus was stopped. */
  close?(): Promise<void> | void;
}

/** One way of putting xorca together: a store with a bus. */
export interface AcceptanceCell {
  /** Makes both anew for one case. The clock is virtual; give it to a store that takes one. Events of 1.1 MB must get through. */
  open(clock: Clock): Promise<OpenCell> | OpenCell;
}

/** Something that a user may rely on, whatever the store and the bus. */
export interface AcceptanceCase {
  /** A sentence about the behaviour. */
  readonly name: string;
  /** In a word or two, for the head of a table. */
  readonly title: string;
  /** Throws when the cell does not show it. Opens the cell once, and stops and closes what it opened. */
  run(cell: AcceptanceCell): Promise<void>;
}
