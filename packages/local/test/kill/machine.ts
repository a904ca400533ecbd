import { createOrchestrator } from '@xorca/core';
import { assign, setup } from 'xstate';

/** Six commands one after the other, a pause by timer in the middle, two at once at the end; every input is logged. */
export const chain = createOrchestrator({
  name: 'chain',
  startOn: 'evt.begin',
  machines: {
    '1': setup({
      types: {
        context: {} as { log: string[] },
        events: {} as { type: string; cloudevent?: { id: string } },
      },
      actions: {
        log: assign({
          log: ({ context, event }) => [...context.log, event.cloudevent?.id ?? 'timer'].sort(),
        }),
      },
    }).createMachine({
      id: 'chain',
      context: { log: [] },
      initial: 'one',
      states: {
        one: { on: { 'evt.one.success': { target: 'two', actions: 'log' } } },
        two: { on: { 'evt.two.success': { target: 'pause', actions: 'log' } } },
        pause: { after: { 40: { target: 'three', actions: 'log' } } },
        three: { on: { 'evt.three.success': { target: 'both', actions: 'log' } } },
        both: {
          type: 'parallel',
          states: {
            left: {
              initial: 'ask',
              states: {
                ask: { on: { 'evt.left.success': { target: 'ok', actions: 'log' } } },
                ok: { type: 'final' },
              },
            },
            right: {
              initial: 'ask',
              states: {
                ask: { on: { 'evt.right.success': { target: 'ok', actions: 'log' } } },
                ok: { type: 'final' },
              },
            },
          },
          onDone: 'end',
        },
        end: { type: 'final' },
      },
    }),
  },
  onOrchestrationState: {
    one: () => ({ type: 'cmd.one' }),
    two: () => ({ type: 'cmd.two' }),
    three: () => ({ type: 'cmd.three' }),
    '#both.#left.ask': () => ({ type: 'cmd.left' }),
    '#both.#right.ask': () => ({ type: 'cmd.right' }),
    end: (_id, _state, { context }) => ({ type: 'notif.end', data: context.log }),
  },
});
