import { assign, setup } from 'xstate';
import type * as Core from '../../../src/index.ts';
import { contracts } from './contracts.ts';

const FOUR = ['b0', 'b1', 'b2', 'b3'];

/** Attempts enough for any world: that one is used up would hide a lost answer. */
const patient = {
  timeout: '60s',
  retry: { attempts: 40, backoff: '10s', maxBackoff: '30s' },
  cancel: true,
} as const;

/** Commands side by side, in a list, deep down and over another process; then an approval that may come at any time. */
export function orderMachine(core: typeof Core, version: 1 | 2) {
  const child = setup({ actors: { deep: core.fromCommand(contracts.deep, patient) } }).createMachine({
    id: 'child',
    initial: 'asking',
    states: {
      asking: { invoke: { id: 'deep', src: 'deep', input: { key: 'c' }, onDone: 'resting' } },
      resting: { after: { 30000: 'done' } },
      done: { type: 'final' },
    },
  });
  return setup({
    types: { context: {} as { log: string[] } },
    actors: {
      alone: core.fromCommand(contracts.alone, patient),
      all: core.fromEach(core.fromCommand(contracts.each, patient), { limit: 2 }),
      sub: core.fromCommand(contracts.sub, { ...patient, timeout: '10m' }),
      child,
    },
    actions: {
      note: assign({ log: ({ context }, entry: string) => [...context.log, entry] }),
    },
  }).createMachine({
    id: 'order',
    context: { log: [] },
    initial: 'working',
    states: {
      working: {
        type: 'parallel',
        states: {
          alone: {
            initial: 'asking',
            states: {
              asking: {
                invoke: {
                  id: 'alone',
                  src: 'alone',
                  input: { key: 'a' },
                  onDone: {
                    target: 'done',
                    actions: assign({ log: ({ context, event }) => [...context.log, event.output.key] }),
                  },
                },
                on: {
                  'evt.skip': { target: 'done', actions: { type: 'note', params: 'skipped' } },
                  'evt.again': {
                    target: 'asking',
                    reenter: true,
                    actions: { type: 'note', params: 'again' },
                  },
                },
              },
              done: { type: 'final' },
            },
          },
          all: {
            initial: 'asking',
            states: {
              asking: {
                invoke: {
                  id: 'all',
                  src: 'all',
                  input: FOUR.map((key) => ({ key })),
                  onDone: {
                    target: 'done',
                    actions: assign({
                      log: ({ context, event }) => [
                        ...context.log,
                        ...event.output.map((one) => (one.status === 'done' ? one.output.key : 'failed')),
                      ],
                    }),
                  },
                },
              },
              done: { type: 'final' },
            },
          },
          child: {
            initial: 'asking',
            states: {
              asking: {
                invoke: {
                  id: 'child',
                  src: 'child',
                  onDone: { target: 'done', actions: { type: 'note', params: 'c' } },
                },
              },
              done: { type: 'final' },
            },
          },
        },
        onDone: 'approving',
      },
      approving: {
        on: { 'evt.approval': { target: 'closing', actions: { type: 'note', params: 'approval' } } },
      },
      closing: {
        invoke: {
          id: 'sub',
          src: 'sub',
          input: { key: 's' },
          onDone: {
            target: 'over',
            actions: assign({ log: ({ context, event }) => [...context.log, event.output.key] }),
          },
        },
      },
      // Not final: what comes late must find a process that could still be moved by it.
      over: {},
      ...(version === 2 ? { never: {} } : {}),
    },
  });
}

/** What each order does exactly once, beside `a`, which may be skipped, and `again`, which may come or not. */
export const ONCE = [...FOUR, 'c', 'approval', 's'];

/** The process behind `cmd.sub`. */
export function subMachine(core: typeof Core) {
  return setup({
    types: { input: {} as { key: string }, context: {} as { key: string } },
    actors: { inner: core.fromCommand(contracts.inner, patient) },
  }).createMachine({
    id: 'sub',
    context: ({ input }) => ({ key: input.key }),
    initial: 'asking',
    states: {
      asking: { invoke: { id: 'inner', src: 'inner', input: { key: 'i' }, onDone: 'done' } },
      done: { type: 'final' },
    },
    output: ({ context }) => ({ key: context.key }),
  });
}
