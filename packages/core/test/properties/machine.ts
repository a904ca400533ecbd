import { assign, emit, setup } from 'xstate';
import { z } from 'zod';
import { createOrchestrator, defineCommand, fromCommand } from '../../src/index.ts';

const work = defineCommand('cmd.work', { input: z.undefined(), output: z.undefined() });

/** The machine that `reference.ts` describes. `isBroken` is asked whenever `evt.boom` comes. */
export function counting(isBroken: () => boolean) {
  const machine = setup({
    types: { context: {} as { count: number } },
    actors: {
      work: fromCommand(work, { timeout: '10m', retry: { attempts: 2, backoff: '1m', jitter: false } }),
    },
    actions: {
      one: assign({ count: ({ context }) => context.count + 1 }),
      ten: assign({ count: ({ context }) => context.count + 10 }),
      hundred: assign({
        count({ context }) {
          if (isBroken()) throw new Error('out of order');
          return context.count + 100;
        },
      }),
      thousand: assign({ count: ({ context }) => context.count + 1_000 }),
    },
  }).createMachine({
    context: { count: 0 },
    entry: emit({ type: 'notif.begun' }),
    initial: 'Counting',
    states: {
      Counting: {
        after: { 1800000: 'Late' },
        on: {
          'evt.tick': { actions: ['one', emit({ type: 'notif.tick' })] },
          'evt.nudge': { actions: ['thousand', emit({ type: 'notif.nudged' })] },
          'evt.boom': { actions: 'hundred' },
          'evt.ask': 'Asking',
          'evt.rest': 'Late',
          'evt.end': 'Done',
        },
      },
      Asking: {
        invoke: {
          id: 'work',
          src: 'work',
          onDone: { target: 'Counting', actions: emit({ type: 'notif.answered' }) },
          onError: { target: 'Counting', actions: emit({ type: 'notif.refused' }) },
        },
      },
      Late: {
        entry: emit({ type: 'notif.late' }),
        on: {
          'evt.early': { actions: ['ten', emit({ type: 'notif.early' })] },
          'evt.tick': 'Counting',
        },
      },
      Done: { entry: emit({ type: 'notif.done' }), type: 'final' },
    },
  });
  return createOrchestrator({
    name: 'counting',
    machines: { '1': machine },
    startOn: 'evt.begin',
    startOrSignal: ['evt.nudge'],
    buffer: { 'evt.early': '1h' },
  });
}
