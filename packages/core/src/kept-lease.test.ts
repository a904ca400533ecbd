import { expect, test } from 'vitest';
import { XorcaError } from './errors.ts';
import { keepLease } from './kept-lease.ts';
import type { Lease } from './ports.ts';
import { lockLost } from './stores/lock-errors.ts';

const AWAY = new XorcaError('XORCA_UNAVAILABLE', 'the lock is away', { retryable: true });

/** A lease of 30 s, with a clock that the test moves. */
function world() {
  let now = 1_000;
  let timer: { readonly at: number; readonly run: () => void } | undefined;
  const said: string[] = [];
  let fault: XorcaError | undefined;
  const lease: Lease = {
    fence: 1,
    async renew() {
      said.push(`renew ${now}`);
      if (fault) throw fault;
    },
    async release() {
      said.push(`release ${now}`);
    },
  };
  const timers = {
    setTimeout(run: () => void, ms: number) {
      timer = { at: now + ms, run };
      return timer;
    },
    clearTimeout(handle: unknown) {
      if (timer === handle) timer = undefined;
    },
  };
  const kept = keepLease('p', lease, { ttlMs: 30_000, now: () => now, timers });
  return {
    kept,
    said,
    fails(error?: XorcaError) {
      fault = error;
    },
    /** The program stands still: no timer runs. */
    freeze(ms: number) {
      now += ms;
    },
    async pass(ms: number) {
      now += ms;
      const due = timer;
      if (!due || due.at > now) return;
      timer = undefined;
      due.run();
      await new Promise((resolve) => setImmediate(resolve));
    },
    isWaiting: () => timer !== undefined,
  };
}

test('a lease is renewed after each third of its time, and no more once it is given back', async () => {
  const w = world();
  for (let n = 0; n < 12; n++) await w.pass(5_000);
  expect(w.said).toEqual([11_000, 21_000, 31_000, 41_000, 51_000, 61_000].map((at) => `renew ${at}`));
  await w.kept.assertHeld();
  await w.kept.release();
  expect(w.said.at(-1)).toBe('release 61000');
  expect(w.isWaiting()).toBe(false);
});

test('work that is over soon costs no renewal', async () => {
  const w = world();
  w.freeze(9_000);
  await w.kept.assertHeld();
  await w.kept.release();
  expect(w.said).toEqual(['release 10000']);
});

test('a renewal that failed is tried again, and what was lost stays lost', async () => {
  const w = world();
  w.fails(AWAY);
  await w.pass(10_000);
  w.fails();
  await w.pass(10_000);
  await w.kept.assertHeld();
  w.fails(lockLost('p'));
  await w.pass(10_000);
  w.fails();
  await expect(w.kept.assertHeld()).rejects.toMatchObject({
    code: 'XORCA_LOCK_LOST',
    processId: 'p',
    retryable: true,
  });
  expect(w.isWaiting()).toBe(false);
});

test('after a program stood still the lease is renewed before the write, and a lost one stops it', async () => {
  const w = world();
  w.freeze(20_000);
  await w.kept.assertHeld();
  expect(w.said).toEqual(['renew 21000']);
  w.freeze(25_000);
  w.fails(AWAY);
  await expect(w.kept.assertHeld()).rejects.toMatchObject({ code: 'XORCA_UNAVAILABLE' });
  w.fails(lockLost('p'));
  await expect(w.kept.assertHeld()).rejects.toMatchObject({ code: 'XORCA_LOCK_LOST' });
});
