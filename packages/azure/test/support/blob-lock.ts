import type { LockUnderTest } from '@xorca/testing';
import { type BlobContainerClient, type BlobLeaseLockOptions, blobLeaseLock } from '../../src/index.ts';
import type { TestBlob } from './blob.ts';

/** A lock whose time, and Azurite's, goes on by the test, and then only when no call is under way. */
export async function lockUnderTest(
  azure: TestBlob,
  options: Partial<BlobLeaseLockOptions> = {},
): Promise<LockUnderTest & { readonly client: BlobContainerClient }> {
  let now = 1_750_000_000_000;
  let waits: { readonly at: number; readonly run: () => void }[] = [];
  const calls = { underWay: 0 };
  const settled = async () => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (calls.underWay > 0);
  };
  const timers = {
    setTimeout(run: () => void, ms: number) {
      waits.push({ at: now + ms, run });
    },
    clearTimeout() {},
  };
  const client = await azure.container();
  return {
    client,
    lock: blobLeaseLock({
      client: counted(client, calls),
      clock: { now: () => now },
      timers,
      random: () => 0.5,
      ...options,
    }),
    ttlMs: { shortest: 15_000, longest: 60_000 },
    async advance(ms) {
      await settled();
      now += ms;
      await azure.advance(ms);
      const due = waits.filter(({ at }) => at <= now);
      waits = waits.filter(({ at }) => at > now);
      for (const { run } of due) run();
      await settled();
    },
    outage: (work) => azure.wire.during('away', work),
  };
}

/** A client, and the clients that it makes, whose calls are counted for as long as they are under way. */
function counted<Client extends object>(client: Client, calls: { underWay: number }): Client {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...parts: unknown[]) => {
        const answer: unknown = Reflect.apply(value, target, parts);
        if (!(answer instanceof Promise)) return counted(answer as object, calls);
        calls.underWay++;
        return answer.finally(() => {
          calls.underWay--;
        });
      };
    },
  });
}
