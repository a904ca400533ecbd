import { assign, emit, raise, setup } from 'xstate';

interface Input {
  readonly type: string;
  readonly cloudevent: { readonly id: string };
}

/** Two commands, a wait of five minutes that only a timer ends, two checks in parallel; ticks at any time. */
export const faultMachine = setup({
  types: { context: {} as { log: string[] }, events: {} as Input },
  actions: {
    log: assign({ log: ({ context, event }) => [...context.log, event.cloudevent?.id ?? event.type] }),
  },
  delays: { pause: 300_000 },
}).createMachine({
  id: 'faults',
  context: { log: [] },
  initial: 'fetch',
  // Rings once, and no state is left by it: only taking the timer out keeps it from ringing again.
  entry: raise({ type: 'alarm', cloudevent: { id: 'alarm' } }, { delay: 120_000 }),
  on: {
    alarm: { actions: 'log' },
    'evt.tick': {
      actions: ['log', emit(({ event }) => ({ type: 'notif.tick', data: event.cloudevent.id }))],
    },
  },
  states: {
    fetch: { on: { 'evt.fetched': { target: 'pause', actions: 'log' } } },
    pause: { after: { pause: 'checks' } },
    checks: {
      type: 'parallel',
      states: {
        left: {
          initial: 'ask',
          states: { ask: { on: { 'evt.left': { target: 'ok', actions: 'log' } } }, ok: { type: 'final' } },
        },
        right: {
          initial: 'ask',
          states: { ask: { on: { 'evt.right': { target: 'ok', actions: 'log' } } }, ok: { type: 'final' } },
        },
      },
      onDone: 'closing',
    },
    // Not final: ticks may still come, and each acknowledged one must be in the log.
    closing: {},
  },
});

/** What each state sends. */
export const faultMappings = {
  fetch: () => ({ type: 'cmd.fetch' }),
  '#checks.#left.ask': () => ({ type: 'cmd.left' }),
  '#checks.#right.ask': () => ({ type: 'cmd.right' }),
  closing: () => ({ type: 'notif.closed' }),
};

/** What the fleet answers to a command. */
export const answers: Readonly<Record<string, string>> = {
  'cmd.fetch': 'evt.fetched',
  'cmd.left': 'evt.left',
  'cmd.right': 'evt.right',
};
