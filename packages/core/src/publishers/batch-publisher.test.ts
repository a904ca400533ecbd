import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CloudEvent } from '../cloud-event.ts';
import { batchPublisher } from './batch-publisher.ts';

const event = { specversion: '1.0', id: 'p/1', source: '/o', type: 'cmd.a', subject: 'p' } as CloudEvent;
const failedOf = async (sent: Promise<void>) =>
  sent.then(
    () => [],
    (error) => {
      if (!error.failed) throw error;
      return error.failed as { id: string; reason: string; retryable: boolean }[];
    },
  );

describe('batches', () => {
  it('exactly what was not taken is named, and nothing overtakes an earlier event of its subject that waits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            s: fc.constantFrom('a', 'b', 'c'),
            fails: fc.integer({ min: 0, max: 6 }),
            gone: fc.boolean(),
          }),
          { maxLength: 35, size: 'max' },
        ),
        fc.integer({ min: 1, max: 12 }),
        async (plan, breakAt) => {
          const taken: string[] = [];
          const left = new Map<string, number>();
          let calls = 0;
          const all = plan.map((p, i) => ({ ...event, id: `${i}`, subject: p.s }));
          for (const [i, { fails }] of plan.entries())
            left.set(`${i}`, fails > 4 ? fails : Math.max(0, fails - 2));
          const violations: string[] = [];
          let waiting: string[] = [];
          const p = batchPublisher<string>(
            {
              maxEntries: 10,
              maxBatchBytes: 1e6,
              maxEventBytes: 1e6,
              entryOf: ({ id }) => ({ entry: id, bytes: 100 }),
              async send(ids) {
                calls++;
                if (calls === breakAt && breakAt < 9) throw new Error('away');
                const now: string[] = [];
                for (const id of ids) {
                  const s = all[Number(id)]?.subject;
                  for (const w of waiting)
                    if (all[Number(w)]?.subject === s && Number(w) < Number(id) && !ids.includes(w))
                      violations.push(`${id} before ${w}`);
                }
                const refused = ids.flatMap((id, at) => {
                  const k = left.get(id) ?? 0;
                  if (k === 0) {
                    taken.push(id);
                    waiting = waiting.filter((w) => w !== id);
                    return [];
                  }
                  left.set(id, k - 1);
                  const retryable = !plan[Number(id)]?.gone;
                  if (retryable) now.push(id);
                  return [{ at, code: retryable ? 'InternalError' : 'InvalidArgument', message: 'r' }];
                });
                waiting.push(...now.filter((w) => !waiting.includes(w)));
                return refused;
              },
              isEventFault: (code) => code === 'InvalidArgument',
              isBatchFault: () => false,
              failed: async (cause) =>
                Object.assign(new Error(String(cause)), {
                  code: 'XORCA_UNAVAILABLE',
                  retryable: true,
                }) as never,
            },
            { timers: { setTimeout: (run) => void setImmediate(run), clearTimeout() {} } },
          );
          const failed = await failedOf(p.publish(all));
          expect(violations).toEqual([]);
          const names = failed.map(({ id }) => id).sort();
          expect(names).toEqual(
            all
              .map(({ id }) => id)
              .filter((id) => !taken.includes(id))
              .sort(),
          );
          expect(taken.length).toBe(new Set(taken).size);
        },
      ),
      { numRuns: 300 },
    );
  });
});
