import { createFleet, createOrchestrator, defineCommand, fromCommand, onCommand } from '@xorca/core';
import { expect, it } from 'vitest';
import { setup } from 'xstate';
import { z } from 'zod';
import { closing, tempFolder } from '../test/support/temp-folder.ts';
import { localHandler } from './local-handler.ts';
import { localPlatform } from './local-platform.ts';

const ask = defineCommand('cmd.ask', { input: z.object({}), output: z.object({ answer: z.int() }) });
const asking = createOrchestrator({
  name: 'asking',
  machines: {
    '1': setup({ actors: { ask: fromCommand(ask) } }).createMachine({
      initial: 'Asking',
      states: {
        Asking: { invoke: { id: 'ask', src: 'ask', input: {}, onDone: 'Answered' } },
        Answered: { type: 'final' },
      },
    }),
  },
  startOn: 'evt.begin',
});
const answering = createFleet({ source: '/srvc', handlers: [onCommand(ask, async () => ({ answer: 42 }))] });

async function folderPlatform() {
  return closing(localPlatform({ dir: await tempFolder() }));
}

it('an orchestrator and a fleet run by one line each, and every outcome is shown', async () => {
  const platform = await folderPlatform();
  const shown: string[] = [];
  const runner = localHandler(asking, platform, {
    onOutcome: ({ status, event }) => shown.push(`${event?.type} ${status}`),
  });
  localHandler(answering, platform, { runner: { idempotency: { store: platform.store } } });
  await runner.start({ id: 'p' });
  await runner.waitFor('p', 'done');
  await platform.idle();
  expect(shown).toEqual(['evt.ask.success applied']);
});

it('what is neither an orchestrator nor a fleet, and an option that does not exist, are refused by name', async () => {
  const platform = await folderPlatform();
  for (const [what, said] of [
    [null, 'null'],
    [undefined, 'undefined'],
    [{}, 'an empty object'],
  ] as const) {
    expect(() => localHandler(what as never, platform)).toThrow(
      expect.objectContaining({
        code: 'XORCA_CONFIG',
        message: expect.stringContaining(`it was given ${said}`),
      }),
    );
  }
  expect(() => localHandler(asking, platform, { runer: {} } as never)).toThrow(/Did you mean "runner"/);
  expect(() => localHandler(asking, platform, { runner: { setle: 'lazy' } as never })).toThrow(/"settle"/);
});
