import { setup } from 'xstate';
import { createOrchestrator } from '../../src/index.ts';

function boom(): never {
  throw new TypeError('a secret of the message');
}

/** Goes round, says where it is, and fails when it is told to. */
export const ring = createOrchestrator({
  name: 'ring',
  machines: {
    '1.0.0': setup({ actions: { boom }, delays: { hour: 3_600_000 } }).createMachine({
      initial: 'A',
      states: {
        A: { on: { 'evt.next': 'B', 'evt.bad': { actions: 'boom' } } },
        B: { on: { 'evt.next': 'A', 'evt.early': 'Late' }, after: { hour: 'Late' } },
        Late: { on: { 'evt.next': 'A' } },
      },
    }),
  },
  startOn: 'cmd.ring.start',
  buffer: { 'evt.early': '1d' },
  onOrchestrationState: {
    A: () => ({ type: 'notif.a', data: { text: 'a secret of the data' } }),
    B: () => ({ type: 'notif.b' }),
    Late: () => ({ type: 'notif.late' }),
  },
});
