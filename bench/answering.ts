import { type CloudEvent, createOrchestrator, defineCommand, fromCommand } from '@xorca/core';
import { assign, setup } from 'xstate';
import { z } from 'zod';

const step = defineCommand('cmd.step.do', {
  input: z.object({ n: z.int() }),
  output: z.object({ n: z.int() }),
});

const WORDS =
  'the process keeps what it was told about order customer address invoice line item quantity price currency shipped carrier tracking number returned refund reason note state city street postal code country phone mail'.split(
    ' ',
  );

/** English words with numbers among them, which compress about as the context of a real process does. */
function prose(bytes: number): string {
  let text = '';
  for (let n = 1; text.length < bytes; n = (n * 48_271) % 2_147_483_647) {
    text += `${WORDS[n % WORDS.length]} ${n % 7 === 0 ? `${n} ` : ''}`;
  }
  return text.slice(0, bytes);
}

/** A process that asks, is answered and asks again: each event is an answer and causes a command. Its record has about 4 KB. */
export const answering = createOrchestrator({
  name: 'answering',
  machines: {
    '1.0.0': setup({
      types: { context: {} as { n: number; text: string } },
      actors: { step: fromCommand(step, { timeout: '1h' }) },
    }).createMachine({
      id: 'answering',
      context: { n: 0, text: prose(3_300) },
      initial: 'Asking',
      states: {
        Asking: {
          invoke: {
            id: 'step',
            src: 'step',
            input: ({ context }) => ({ n: context.n }),
            onDone: {
              target: 'Asking',
              reenter: true,
              actions: assign({ n: ({ context }) => context.n + 1 }),
            },
          },
        },
      },
    }),
  },
  startOn: 'evt.begin',
});

/** The answer to a command. */
export function answerTo({ id, source, subject }: CloudEvent): CloudEvent {
  return {
    specversion: '1.0',
    id: `${id}/answer`,
    source: '/srvc',
    type: 'evt.step.do.success',
    subject: subject ?? '',
    datacontenttype: 'application/json',
    causationid: id,
    causationsource: source,
    data: { n: 1 },
  };
}
