import { createOrchestrator, defineCommand, defineEvent } from '@xorca/core';
import { setup } from 'xstate';
import { z } from 'zod';
import { advance, answered, type Chain, event, failed, given, type Story, sent } from '../../src/index.ts';

const fetchBook = defineCommand('cmd.books.fetch', {
  input: z.object({ bookId: z.string(), pages: z.number().default(1) }),
  output: z.object({ pages: z.array(z.string()) }),
  error: z.object({ reason: z.enum(['unknown', 'busy']) }),
});
const shout = defineCommand('cmd.shout', { input: z.object({}), output: z.undefined() });
const approval = defineEvent('evt.approval', { data: z.object({ by: z.string() }) });
const books = createOrchestrator({ name: 'books', machines: { '1.0.0': setup({}).createMachine({}) } });

export async function types() {
  // Awaited it is a story, of every length and in every form.
  const story: Story = await given(books).started();
  const other: Story = await given(books).when(advance('1d')).then({ state: 'A' }).then(['cmd.x']).then('A');
  const chain: Chain = given(books)
    .when(event(approval, { by: 'me' }))
    .then({ effects: [] })
    .event(approval, { by: 'you' });
  const number: number = await chain.then(({ now }) => now);
  const asPromise: PromiseLike<Story> = chain;
  const returned: () => Promise<Story> = async () => chain;
  const all: [Story, Story] = await Promise.all([chain, chain]);

  // Data is what goes over the wire, by the contract.
  const fits = chain
    .answered(fetchBook, { pages: ['a'] })
    .answered(fetchBook, { pages: [] }, { input: { bookId: 'x' }, attempt: 2 })
    .failed(fetchBook, { reason: 'busy' }, { input: { pages: (count) => count !== 1 } })
    .answered(shout)
    .failed(shout)
    .startedBy(approval, { by: 'me' })
    .startedBy(fetchBook, { bookId: 'x' })
    .event('evt.approval', { by: 5 })
    .then([
      sent(fetchBook, { bookId: /x/, pages: (count) => (count ?? 0) > 1 }),
      sent(approval, { by: 'me' }),
    ]);

  // @ts-expect-error: a list of texts
  chain.answered(fetchBook, { pages: 'a' });
  // @ts-expect-error: it has an output
  chain.answered(fetchBook);
  // @ts-expect-error: no such reason
  answered(fetchBook, { pages: [] }).title = failed(fetchBook, { reason: 'none' });
  // @ts-expect-error: no such input
  chain.answered(fetchBook, { pages: [] }, { input: { book: 'x' } });
  // @ts-expect-error: by whom
  chain.event(approval, {});
  // @ts-expect-error: no text
  sent(approval, { by: 5 });
  // @ts-expect-error: no such expectation
  chain.then({ efects: [] });
  // @ts-expect-error: no span
  chain.advance('a week');
  return [story, other, number, asPromise, returned, all, fits];
}
