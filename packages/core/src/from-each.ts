import {
  type ActorLogic,
  type ActorSystem,
  assign,
  type EventObject,
  enqueueActions,
  type InputFrom,
  type OutputFrom,
  type Snapshot,
  setup,
} from 'xstate';
import { type CommandFailure, isCommandFailure } from './command-failure.ts';
import { messageOf, XorcaError } from './errors.ts';
import { assertOptions } from './options.ts';

// biome-ignore lint/suspicious/noExplicitAny: any actor logic may be run for each item
type AnyLogic = ActorLogic<any, any, any, any, any>;

/** What became of one item: its output, or why there is none. A command's failure is a `CommandFailure`. */
export type EachResult<Output> =
  | { readonly status: 'done'; readonly output: Output }
  | { readonly status: 'error'; readonly error: CommandFailure | { readonly message: string } };

/** Actor logic whose input is the list, and whose output has one result for each item, in the list's order. */
export type EachLogic<Logic extends AnyLogic> = ActorLogic<
  Snapshot<ReadonlyArray<EachResult<OutputFrom<Logic>>>>,
  EventObject,
  ReadonlyArray<InputFrom<Logic>>,
  // biome-ignore lint/suspicious/noExplicitAny: what xstate's own logic types say, which it does not export by name
  ActorSystem<any>,
  EventObject
>;

interface Context {
  readonly items: readonly unknown[];
  readonly next: number;
  readonly open: number;
  readonly results: ReadonlyArray<EachResult<unknown> | null>;
}

/**
 * Runs an actor (a command, a child machine) for each item of a list, at most `limit` at once. It is always done, never in error:
 * what failed is in the results. `XORCA_CONFIG` for a limit below 1.
 *
 * @example
 * setup({ actors: { summariseAll: fromEach(fromCommand(summarise), { limit: 4 }) } })
 */
export function fromEach<Logic extends AnyLogic>(
  logic: Logic,
  options: { readonly limit?: number } = {},
): EachLogic<Logic> {
  assertOptions(options, ['limit'], 'fromEach');
  const { limit = Number.POSITIVE_INFINITY } = options;
  if (!(limit === Number.POSITIVE_INFINITY || (Number.isInteger(limit) && limit >= 1))) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `limit of fromEach must be a whole number of at least 1, not ${limit}.`,
    );
  }
  const fill = enqueueActions(({ context, enqueue }) => {
    const { items, next, open } = context as Context;
    const until = Math.min(items.length, next + limit - open);
    for (let at = next; at < until; at++)
      enqueue.spawnChild('item', { id: String(at), input: items[at] } as never);
    if (until > next) enqueue.assign({ next: until, open: open + until - next } as never);
  });
  const settled = (read: (event: EventObject) => EachResult<unknown>) =>
    assign(({ context, event }: { context: Context; event: EventObject }) => {
      const at = Number((event as unknown as { actorId: string }).actorId);
      return {
        open: context.open - 1,
        results: context.results.with(at, read(event)),
      };
    });
  const machine = setup({
    types: {} as { context: Context; input: readonly unknown[] },
    actors: { item: logic },
  }).createMachine({
    id: 'each',
    context: ({ input }) => ({ items: input, next: 0, open: 0, results: input.map(() => null) }),
    entry: fill as never,
    always: { guard: ({ context }) => context.open === 0, target: '.done' },
    initial: 'running',
    states: {
      running: {
        on: {
          'xstate.done.actor.*': {
            actions: [settled((event) => ({ status: 'done', output: outputOf(event) })), fill] as never,
          },
          'xstate.error.actor.*': {
            actions: [settled((event) => ({ status: 'error', error: errorOf(event) })), fill] as never,
          },
        },
      },
      done: { type: 'final' },
    },
    output: ({ context }) => context.results,
  });
  return machine as unknown as EachLogic<Logic>;
}

function outputOf(event: EventObject): unknown {
  return (event as unknown as { output?: unknown }).output ?? null;
}

function errorOf(event: EventObject): CommandFailure | { readonly message: string } {
  const { error } = event as unknown as { error: unknown };
  return isCommandFailure(error) ? error : { message: messageOf(error) };
}
