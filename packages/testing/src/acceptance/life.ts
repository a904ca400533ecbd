import type { CloudEvent, EventPublisher, ProcessStore } from '@xorca/core';

/** What a function reaches of the world. */
export interface LifePorts {
  readonly store: ProcessStore;
  readonly publisher: EventPublisher;
}

/** One function, from its start to its end. */
export interface Life {
  /** The ports as this function sees them. `sent` hears of events that a save took along. */
  ports(ports: LifePorts, sent: (events: readonly CloudEvent[]) => void): LifePorts;
}

/** How functions fare. */
export interface Lives {
  /** Runs one; rejects when it dies. `delivers`: for deliveries, which come again if it does. */
  live<Answer>(delivers: boolean, work: (life: Life) => Promise<Answer>): Promise<Answer>;
}

/** Functions that nothing happens to. */
export const peacefulLives: Lives = {
  live: (_, work) =>
    work({
      ports: ({ store, publisher }, sent) => ({ store: storeFor(store, publisher, sent), publisher }),
    }),
};

/** A store that carries a publisher goes on carrying it in its wrapper. */
export function storeFor(
  store: ProcessStore,
  publisher: EventPublisher,
  sent: (events: readonly CloudEvent[]) => void,
): ProcessStore {
  const { delete: remove, forgets, carries } = store;
  return {
    load: (id) => store.load(id),
    async save(record, expected, effects = []) {
      const revision = await store.save(record, expected, carries ? effects : undefined);
      if (carries) sent(effects);
      return revision;
    },
    due: (now, limit) => store.due(now, limit),
    list: (query) => store.list(query),
    ...(remove ? { delete: (id: string) => remove.call(store, id) } : {}),
    ...(forgets === undefined ? {} : { forgets }),
    ...(carries ? { carries: publisher } : {}),
  };
}
