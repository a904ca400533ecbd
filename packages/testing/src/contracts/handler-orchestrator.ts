import {
  type CloudEvent,
  createOrchestrator,
  defineEvent,
  type Orchestrator,
  type StandardSchema,
} from '@xorca/core';
import { assign, emit, setup } from 'xstate';

/** Whether the machine throws over `evt.contract.break`, as a bug does until somebody mends it. */
export interface Switch {
  isBroken: boolean;
}

const text: StandardSchema<{ readonly text: string }> = {
  '~standard': {
    version: 1,
    vendor: 'xorca',
    validate(value) {
      const found = (value as { text?: unknown } | null | undefined)?.text;
      return typeof found === 'string'
        ? { value: { text: found } }
        : { issues: [{ message: 'must be a text', path: ['text'] }] };
    },
  },
};

interface Notes {
  readonly notes: readonly string[];
}

/** Keeps what it is told, in order, and tells of each; rests after a minute; breaks while the switch says so. */
export function notesOrchestrator(state: Switch, name = 'notes'): Orchestrator {
  const machine = setup({
    types: {
      context: {} as Notes,
      events: {} as { type: string; data: { text: string } },
      emitted: {} as { type: 'notif.contract.noted'; data: { text: string } },
    },
    actions: {
      note: assign({ notes: ({ context, event }) => [...context.notes, event.data.text] }),
      tell: emit(({ event }) => ({
        type: 'notif.contract.noted' as const,
        data: { text: event.data.text },
      })),
      perhapsBreak: () => {
        if (state.isBroken)
          throw new Error('The machine of the handler contract is out of order, as the case wants it.');
      },
    },
  }).createMachine({
    id: 'notes',
    context: { notes: [] },
    on: {
      'evt.contract.note': { actions: ['note', 'tell'] },
      'evt.contract.break': { actions: ['perhapsBreak', 'note', 'tell'] },
    },
    initial: 'Open',
    states: {
      Open: { after: { 60000: 'Resting' }, on: { 'evt.contract.close': 'Closed' } },
      Resting: {},
      Closed: { type: 'final' },
    },
  });
  return createOrchestrator({
    name,
    source: `/orch/${name}`,
    startOn: `evt.contract.${name}.started`,
    events: [
      defineEvent('evt.contract.note', { data: text }),
      defineEvent('evt.contract.break', { data: text }),
    ],
    machines: { '1.0.0': machine },
    onOrchestrationState: { Resting: () => ({ type: 'notif.contract.rested' }) },
  });
}

let lastId = 0;

/** An event for a process, with an id that no other has. */
export function told(subject: string, what: string, data?: unknown): CloudEvent {
  return {
    specversion: '1.0',
    id: `contract-${++lastId}`,
    source: '/contract',
    type: `evt.contract.${what}`,
    subject,
    time: '2026-01-02T03:04:05.678Z',
    datacontenttype: 'application/json',
    ...(data === undefined ? {} : { data }),
  };
}

/** A note for a process. */
export function note(subject: string, words: string): CloudEvent {
  return told(subject, 'note', { text: words });
}
