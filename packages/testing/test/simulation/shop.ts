import {
  createFleet,
  createOrchestrator,
  defineCommand,
  fromCommand,
  type OrchestratorOptions,
  onCommand,
} from '@xorca/core';
import { setup } from 'xstate';
import { z } from 'zod';

export const pack = defineCommand('cmd.pack', { input: z.object({}), output: z.object({}) });

const machine = setup({
  actors: { pack: fromCommand(pack, { timeout: '1h', retry: { attempts: 20 } }) },
}).createMachine({
  id: 'shop',
  initial: 'Packing',
  states: {
    Packing: { invoke: { src: 'pack', input: {}, onDone: 'Paying' } },
    Paying: { on: { 'evt.paid': 'Done' } },
    Done: { type: 'final' },
  },
});

/** A shop whose customers may pay before it has packed. It forgets that, unless it is told to keep it. */
export const shop = (more: Partial<OrchestratorOptions> = {}) =>
  createOrchestrator({ name: 'shop', machines: { '1.0.0': machine }, startOn: 'evt.ordered', ...more });

export const careful = shop({ buffer: { 'evt.paid': '30d' } });

export const packers = createFleet({ source: '/packers', handlers: [onCommand(pack, async () => ({}))] });

export const ordered = () => [{ type: 'evt.ordered' }, { type: 'evt.paid', after: '1h' as const }];
