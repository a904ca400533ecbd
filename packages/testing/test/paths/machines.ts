import { createOrchestrator, defineCommand, defineEvent, fromCommand, fromEach } from '@xorca/core';
import { assign, raise, sendParent, setup } from 'xstate';
import { z } from 'zod';

export const measure = defineCommand('cmd.room.measure', {
  input: z.object({ room: z.string() }),
  output: z.object({ size: z.number() }),
  error: z.object({ reason: z.string() }),
});

const room = setup({
  types: { context: {} as { room: string }, input: {} as { room: string } },
  actors: { measure: fromCommand(measure, { timeout: '1m' }) },
}).createMachine({
  id: 'room',
  context: ({ input }) => input,
  initial: 'Measuring',
  states: {
    Measuring: {
      invoke: {
        id: 'measuring',
        src: 'measure',
        input: ({ context }) => context,
        onDone: 'Measured',
        onError: 'Unknown',
      },
      after: { 30000: { actions: () => {} } },
    },
    Measured: { type: 'final' },
    Unknown: { type: 'final' },
  },
});

const floor = setup({ actors: { room } }).createMachine({
  id: 'floor',
  initial: 'First',
  states: {
    First: { invoke: { src: 'room', input: { room: 'first' }, onDone: 'Second' } },
    Second: { invoke: { src: 'room', input: { room: 'second' }, onDone: 'Seen' } },
    Seen: { type: 'final' },
  },
});

/** A house has floors, a floor has rooms: machines three deep. */
export const house = createOrchestrator({
  name: 'house',
  machines: {
    '1.0.0': setup({ actors: { floor } }).createMachine({
      id: 'house',
      initial: 'Walking',
      states: {
        Walking: { invoke: { id: 'ground', src: 'floor', onDone: 'Walked', onError: 'Stuck' } },
        Walked: { type: 'final' },
        Stuck: { type: 'final' },
      },
    }),
  },
});

/** Everything a machine can do beside asking: parallel states, `always`, delays of each kind, wildcards, history, raised events. */
export const devices = createOrchestrator({
  name: 'devices',
  startOn: defineEvent('evt.devices.on', { data: z.object({ delay: z.number(), eager: z.boolean() }) }),
  events: [defineEvent('evt.level.set', { data: z.object({ level: z.enum(['low', 'mid', 'high']) }) })],
  machines: {
    '1.0.0': setup({
      types: {
        context: {} as { delay: number; eager: boolean; level: string },
        input: {} as { delay: number; eager: boolean },
      },
      delays: { chosen: ({ context }) => context.delay, fixed: 60_000 },
      guards: { isEager: ({ context }) => context.eager },
    }).createMachine({
      id: 'devices',
      context: ({ input }) => ({ ...input, level: 'none' }),
      initial: 'Waking',
      on: { 'evt.devices.off': '.Off' },
      states: {
        Waking: {
          initial: 'Yawning',
          always: [{ guard: 'isEager', target: 'Running' }, { target: 'Dozing' }],
          states: { Yawning: {} },
        },
        Dozing: { after: { fixed: 'Running' } },
        Running: {
          type: 'parallel',
          states: {
            Back: { type: 'history', history: 'deep' },
            Lamp: {
              initial: 'Dark',
              states: {
                Dark: { after: { chosen: 'Passing' } },
                Passing: { always: 'Lit' },
                Lit: {
                  entry: raise({ type: 'lamp.lit' }),
                  on: { 'evt.lamp.again': { target: 'Lit', reenter: true } },
                },
              },
            },
            Heater: {
              initial: 'Cold',
              states: {
                Cold: {
                  on: {
                    'evt.level.set': [
                      {
                        guard: ({ event }) =>
                          (event as unknown as { data: { level: string } }).data.level === 'high',
                        target: 'Hot',
                      },
                      {
                        guard: ({ event }) =>
                          (event as unknown as { data: { level: string } }).data.level === 'mid',
                        target: 'Warm',
                      },
                      { actions: assign({ level: 'low' }) },
                    ],
                    'lamp.lit': {},
                  },
                },
                Warm: {},
                Hot: {},
              },
            },
          },
          on: { 'evt.power.lost': 'Dark' },
        },
        Dark: { on: { 'evt.power.back': '#devices.Running.Back', '*': { actions: () => {} } } },
        Off: { type: 'final' },
      },
    }),
  },
});

export const paint = defineCommand('cmd.wall.paint', {
  input: z.object({ wall: z.string() }),
  output: z.object({ colour: z.string() }),
});

/** A list worked off, and a child that reports to its parent. */
export const painters = createOrchestrator({
  name: 'painters',
  machines: {
    '1.0.0': setup({
      actors: {
        paintAll: fromEach(fromCommand(paint, { timeout: '1h' }), { limit: 2 }),
        foreman: setup({}).createMachine({
          initial: 'Looking',
          states: {
            Looking: { after: { 1000: { target: 'Bored', actions: sendParent({ type: 'foreman.bored' }) } } },
            Bored: {},
          },
        }),
      },
    }).createMachine({
      id: 'painters',
      initial: 'Painting',
      invoke: { id: 'foreman', src: 'foreman' },
      states: {
        Painting: {
          invoke: {
            src: 'paintAll',
            input: [{ wall: 'north' }, { wall: 'south' }, { wall: 'east' }],
            onDone: 'Painted',
          },
          on: { 'foreman.bored': { actions: () => {} }, 'evt.paint.stop': 'Stopped' },
        },
        Painted: { type: 'final' },
        Stopped: { type: 'final' },
      },
    }),
  },
});
