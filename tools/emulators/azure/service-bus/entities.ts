import type { Message } from 'rhea';
import { type Inbox, makeInbox, type Surroundings } from './inbox.ts';
import type {
  NamespaceOptions,
  QueueOptions,
  SubscriptionOptions,
  TopicOptions,
  TypeFilter,
} from './options.ts';
import { makeQueue, type Queue } from './queue.ts';

/** What can be sent to. */
export interface Target {
  readonly entity: string;
  readonly inbox: Inbox;
  readonly options: QueueOptions;
}

/** The queues, topics and subscriptions of a namespace. */
export interface Entities {
  target(address: string): Target | undefined;
  queue(address: string): Queue | undefined;
}

/** Makes them. Their names are told apart without regard to case, as the service does. */
export function makeEntities({ queues = {}, topics = {} }: NamespaceOptions, around: Surroundings): Entities {
  const byAddress = new Map<string, Queue>();
  const targets = new Map<string, Target>();

  function add(entity: string, options: QueueOptions): Queue {
    const queue = makeQueue(entity, options, around);
    for (const one of [queue, queue.dead]) if (one) byAddress.set(one.entity.toLowerCase(), one);
    return queue;
  }

  for (const [name, options] of Object.entries(queues)) {
    targets.set(name.toLowerCase(), add(name, options));
  }
  for (const [name, options] of Object.entries(topics)) {
    const subscriptions = Object.entries(options.subscriptions).map(([subscription, its]) => ({
      queue: add(`${name}/Subscriptions/${subscription}`, its),
      filter: its.filter,
    }));
    targets.set(name.toLowerCase(), makeTopic(name, options, subscriptions, around));
  }
  return {
    target: (address) => targets.get(address.toLowerCase()),
    queue: (address) => byAddress.get(address.toLowerCase()),
  };
}

function makeTopic(
  entity: string,
  options: TopicOptions,
  subscriptions: readonly { readonly queue: Queue; readonly filter: SubscriptionOptions['filter'] }[],
  around: Surroundings,
): Target {
  let sequences = 0;
  const inbox = makeInbox(
    {
      entity,
      options,
      nextSequence: () => ++sequences,
      enqueue(message) {
        for (const { queue, filter } of subscriptions) if (fits(message, filter)) queue.put({ ...message });
      },
    },
    around,
  );
  return { entity, options, inbox };
}

function fits(message: Message, filters: readonly TypeFilter[] | undefined): boolean {
  const type = String(message.application_properties?.['type'] ?? message.subject ?? '');
  if (filters === undefined) return true;
  return filters.some((one) => (typeof one === 'string' ? type === one : type.startsWith(one.prefix)));
}
