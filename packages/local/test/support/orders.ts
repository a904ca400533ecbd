import { type CloudEvent, createCloudEvent, createOrchestrator, defineEvent } from '@xorca/core';
import { assign, setup } from 'xstate';
import type { LocalPlatform } from '../../src/local-platform.ts';

const reserved = defineEvent('evt.stock.reserve.success', {
  data: {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) =>
        typeof (value as { shelf?: unknown } | undefined)?.shelf === 'string'
          ? { value: value as { shelf: string } }
          : { issues: [{ message: 'must be a text', path: ['shelf'] }] },
    },
  },
});

/** Asks for the stock, rests for a minute, tells that it is done; it keeps notes all the time, and breaks when told so. */
export function orders(name = 'orders') {
  return createOrchestrator({
    name,
    startOn: `evt.${name}.placed`,
    events: [reserved],
    machines: {
      '1': setup({
        types: { context: {} as { notes: string[] }, events: {} as { type: string; data: { text: string } } },
        actions: {
          note: assign({ notes: ({ context, event }) => [...context.notes, event.data.text] }),
          fail: () => {
            throw new Error('the machine is out of order');
          },
        },
      }).createMachine({
        id: name,
        context: { notes: [] },
        on: { 'evt.order.note': { actions: 'note' }, 'evt.order.break': { actions: 'fail' } },
        initial: 'asking',
        states: {
          asking: { on: { 'evt.stock.reserve.success': 'resting' } },
          resting: { after: { 60000: 'done' } },
          done: { type: 'final' },
        },
      }),
    },
    onOrchestrationState: {
      asking: () => ({ type: 'cmd.stock.reserve', data: { of: name } }),
      done: () => ({ type: 'notif.order.done', data: { of: name } }),
    },
  });
}

/** An event for a process. */
export function order(subject: string, what: string, data: unknown = {}): CloudEvent {
  return createCloudEvent({ id: `${subject} ${what}`, type: `evt.${what}`, source: '/shop', subject, data });
}

/** The one service: it answers each command, and knows what it was asked. */
export function stock(platform: LocalPlatform): string[] {
  const asked: string[] = [];
  platform.bus.subscribe({
    name: 'stock',
    types: ['cmd.*'],
    async handler(commands) {
      for (const { id } of commands) asked.push(id);
      const publish = commands.map(({ id, subject = '' }) =>
        createCloudEvent({
          id: `${id}/answer`,
          type: 'evt.stock.reserve.success',
          source: '/stock',
          subject,
          data: { shelf: 'A1' },
        }),
      );
      return { publish };
    },
  });
  return asked;
}
