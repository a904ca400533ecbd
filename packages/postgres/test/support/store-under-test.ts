import { deepStrictEqual } from 'node:assert';
import type { StoreUnderTest } from '@xorca/testing';
import { type PostgresClient, postgresStore } from '../../src/index.ts';
import type { Place } from './database.ts';

type Outage = (work: () => Promise<void>) => Promise<void>;

/** A store whose client can be cut off from its server, and the server made too busy, as `pg` tells it. */
export function storeUnderTest({ client, schema }: Place): StoreUnderTest {
  let way: 'open' | 'away' | 'throttled' | 'lostReply' = 'open';
  const failing: PostgresClient = {
    async query(text, values) {
      if (way === 'away') throw failure('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED');
      if (way === 'throttled') throw failure('sorry, too many clients already', '53300');
      const answer = await client.query(text, values);
      if (way === 'lostReply') throw failure('Connection terminated unexpectedly');
      return answer;
    },
  };
  const during =
    (what: typeof way): Outage =>
    async (work) => {
      way = what;
      try {
        await work();
      } finally {
        way = 'open';
      }
    };
  return {
    store: postgresStore({ client: failing, schema }),
    outages: { away: during('away'), throttled: during('throttled'), lostReply: during('lostReply') },
  };
}

/** Fails where a case showed nothing. But for the limit: of a gigabyte, it is shown in `body-size.test.ts`. */
export function shown(name: string, needs: string | undefined): void {
  const isLimit = name.startsWith('where the maker names a limit');
  deepStrictEqual(needs, isLimit ? 'maxBodyBytes' : undefined, name);
}

function failure(message: string, code?: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
