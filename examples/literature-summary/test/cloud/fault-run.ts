import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CloudEvent, createRunner, type ProcessSummary } from '@xorca/core';
import { inspectRecord } from '@xorca/core/backend';
import { expect } from 'vitest';
import { BOOKS } from '../../../shared/library/book.ts';
import { chance, seed } from '../../../shared/test/chance.ts';
import { temporaryFolder } from '../../../shared/test/temporary-folder.ts';
import { literatureSummary } from '../../src/orchestrator.ts';
import { summaryWanted } from '../../src/summary.ts';
import type { Cloud, CloudOptions } from './cloud.ts';
import { byProcess } from './observed.ts';

/** How many processes a run has. */
export const PROCESSES = 200;

// Of a real book as much as a summary needs: what is tried here is the way of the events.
async function smallLibrary(): Promise<string> {
  const folder = await temporaryFolder();
  const file = 'twain-tom-sawyer-preface-and-chapter-1.txt';
  const lines = (await readFile(join(BOOKS, file), 'utf8')).split('\n');
  await writeFile(join(folder, file), lines.slice(0, 120).join('\n'));
  const entry = { id: 'tom-sawyer', title: 'Tom Sawyer', author: 'Mark Twain', file };
  await writeFile(join(folder, 'catalogue.json'), JSON.stringify([entry]));
  return folder;
}

/**
 * Leads 200 processes through the example on a cloud that kills a function in one invocation of `killedEach`, at any instruction, and whose
 * database falls silent in the middle of it; then looks whether anything was lost or done twice.
 */
export async function faultRun(
  start: (options: CloudOptions) => Promise<Cloud>,
  { killedEach }: { readonly killedEach: number },
): Promise<void> {
  const draw = chance(seed);
  let invocations = 0;
  const cloud = await start({
    books: await smallLibrary(),
    timeoutMs: 8_000,
    fault: () => (++invocations % killedEach === 0 ? { killAfterMs: draw() * 40 } : undefined),
  });
  const { store, publisher } = cloud;
  try {
    const ids = Array.from({ length: PROCESSES }, (_, n) => `summary-${n}`);
    const asked: CloudEvent[] = ids.map((id) => ({
      specversion: '1.0',
      id: `${id}/request`,
      source: '/test',
      type: summaryWanted.type,
      subject: id,
      datacontenttype: 'application/json',
      data: { bookId: 'tom-sawyer' },
    }));
    await publisher.publish(asked);

    // In the middle of it the database answers some calls never, so that invocations run into their timeout.
    let ended = 0;
    for (let turn = 1; ended < PROCESSES; turn++) {
      await cloud.cron();
      if (turn === 2) {
        // Asks the database whatever else goes on.
        let beat: Promise<void> | undefined;
        await cloud.silent(async () => {
          beat = cloud.cron();
          await expect
            .poll(() => cloud.stats().timedOut, { timeout: 60_000, interval: 100 })
            .toBeGreaterThan(0);
        });
        await beat;
      }
      ended = (await listed()).filter(({ status }) => status !== 'active').length;
    }
    // What lies in the outboxes still, of functions killed before they could note what they had sent.
    await expect
      .poll(
        async () => {
          await cloud.cron();
          return (await listed()).filter(({ wakeAt }) => wakeAt !== null).length;
        },
        { timeout: 120_000, interval: 500 },
      )
      .toBe(0);

    expect(cloud.stats().killed).toBeGreaterThan(5);
    for (const { status, stuck } of await listed())
      expect({ status, stuck }).toEqual({ status: 'done', stuck: false });
    expect(await cloud.dead()).toEqual([]);

    const events = byProcess(await cloud.sent());
    for (const id of ids) {
      const stored = await store.load(id);
      if (!stored) throw new Error(`${id} is lost`);
      const { details, counter } = inspectRecord(stored.record, Date.now());
      expect(details).toMatchObject({ value: 'Done', outbox: [], commands: [] });
      const own = events.get(id) ?? [];
      const sent = own.filter(({ source }) => source === literatureSummary.source);
      // Four commands and one notification, numbered from 1 without gaps: no step was done twice, and none left out.
      expect(sent.map((event) => event.id).sort()).toEqual([1, 2, 3, 4, 5].map((n) => `${id}/${n}`));
      expect(counter).toBe(5);
      expect(sent.map(({ type }) => type).sort()).toEqual([
        'cmd.books.fetch',
        'cmd.gpt.summary',
        'cmd.regulations.compliant',
        'cmd.regulations.grounded',
        'notif.summary.done',
      ]);
      // Each command has one answer, however often it was carried out.
      const answers = own.filter(({ type }) => type.startsWith('evt.'));
      expect(answers.map(({ causationid }) => causationid).sort()).toEqual(
        [1, 2, 3, 4].map((n) => `${id}/${n}`),
      );
    }
  } finally {
    await cloud.stop();
  }

  async function listed(): Promise<readonly ProcessSummary[]> {
    const runner = createRunner(literatureSummary, { store, publisher });
    const items: ProcessSummary[] = [];
    let cursor: string | undefined;
    do {
      const page = await runner.list({ limit: 1_000, ...(cursor === undefined ? {} : { cursor }) });
      items.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    return items;
  }
}
