import type { LockUnderTest } from '@xorca/testing';
import { type PostgresClient, postgresLock } from '../../src/index.ts';
import type { Place } from './database.ts';

/** A lock whose time stands still until the test moves it, and then only when no statement is under way. */
export function lockUnderTest({ client, schema }: Place, random: () => number = () => 0.5): LockUnderTest {
  let now = 1_750_000_000_000;
  let asked = 0;
  let isAway = false;
  let waits: { readonly at: number; readonly run: () => void }[] = [];
  const counting: PostgresClient = {
    async query(text, values) {
      if (isAway)
        throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
      asked++;
      try {
        return await client.query(text, values);
      } finally {
        asked--;
      }
    },
  };
  const settled = async () => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (asked > 0);
  };
  const timers = {
    setTimeout(run: () => void, ms: number) {
      waits.push({ at: now + ms, run });
    },
    clearTimeout() {},
  };
  return {
    lock: postgresLock({ client: counting, schema, clock: { now: () => now }, timers, random }),
    async advance(ms) {
      await settled();
      now += ms;
      const due = waits.filter(({ at }) => at <= now);
      waits = waits.filter(({ at }) => at > now);
      for (const { run } of due) run();
      await settled();
    },
    async outage(work) {
      isAway = true;
      try {
        await work();
      } finally {
        isAway = false;
      }
    },
  };
}
