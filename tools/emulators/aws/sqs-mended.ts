import type { createRequestHandler } from 'local-aws-sqs';

type Service = ReturnType<typeof createRequestHandler>['service'];
type Queue = Service['Queues'][number];

interface Entry {
  visible: boolean;
  delayed: boolean;
  readonly record: { readonly MessageId: string; readonly attributes: Record<string, string> };
}

interface Group {
  readonly inFlight: Set<Entry>;
  /** While one receive takes its messages: it may take several of a group. */
  isTaking: boolean;
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
const DEDUPLICATION_MS = 300_000;

/**
 * local-aws-sqs gives out a FIFO group's next message while one is being worked on, forgets what it has seen once it is deleted, and counts
 * a change of visibility as one more receive. Here SQS's own rules hold.
 */
export function mendQueues(service: Service): () => void {
  const mended = new Map<Queue, (id: string) => void>();
  const forget = (id: string) => {
    for (const forgetIn of mended.values()) forgetIn(id);
  };
  return () => {
    for (const queue of service.Queues) if (!mended.has(queue)) mended.set(queue, mend(queue, forget));
  };
}

function mend(queue: Queue, forgetEverywhere: (id: string) => void): (id: string) => void {
  const entries = new Map<string, Entry>();
  const groups = new Map<string, Group>();
  const forget = (id: string) => {
    const entry = entries.get(id);
    if (!entry) return;
    entries.delete(id);
    groups.get(groupOf(entry))?.inFlight.delete(entry);
  };

  const { newRecord } = queue;
  queue.newRecord = (record, delay) => {
    const entry = newRecord(record, delay) as Entry;
    entries.set(entry.record.MessageId, entry);
    if (queue.FifoQueue) holdBack(entry, groups);
    return entry;
  };

  remember(queue, forgetEverywhere);

  const remove = queue.delete.bind(queue);
  queue.delete = (handle) => {
    const isRemoved = remove(handle);
    forget(idOf(handle));
    return isRemoved;
  };

  const change = queue.changeVisibility.bind(queue);
  queue.changeVisibility = (handle, seconds) => {
    const isChanged = change(handle, seconds);
    const attributes = entries.get(idOf(handle))?.record.attributes;
    if (attributes) {
      attributes['ApproximateReceiveCount'] = String(Number(attributes['ApproximateReceiveCount']) - 1);
    }
    return isChanged;
  };
  return forget;
}

/** A message counts as delayed while another of its group is in flight. */
function holdBack(entry: Entry, groups: Map<string, Group>): void {
  const group = groups.get(groupOf(entry)) ?? { inFlight: new Set(), isTaking: false };
  groups.set(groupOf(entry), group);
  let { visible, delayed } = entry;
  Object.defineProperties(entry, {
    visible: {
      enumerable: true,
      get: () => visible,
      set(next: boolean) {
        visible = next;
        if (next) return void group.inFlight.delete(entry);
        group.inFlight.add(entry);
        group.isTaking = true;
        queueMicrotask(() => {
          group.isTaking = false;
        });
      },
    },
    delayed: {
      enumerable: true,
      get: () => delayed || (group.inFlight.size > 0 && !group.isTaking),
      set(next: boolean) {
        delayed = next;
      },
    },
  });
}

/** What was sent is known for five minutes, though it is deleted. */
function remember(queue: Queue, forgetEverywhere: (id: string) => void): void {
  const seen = new Map<string, { readonly at: number; readonly record: Entry['record'] }>();
  const { setRecord } = queue;
  queue.setRecord = (message, movedId) => {
    const { MessageGroupId = '', MessageDeduplicationId } = message as Record<string, string>;
    // A dead letter comes with its id, and has left its queue.
    if (movedId !== undefined) forgetEverywhere(movedId);
    if (movedId !== undefined || !queue.FifoQueue || MessageDeduplicationId === undefined) {
      return setRecord(message, movedId);
    }
    const scope = queue.DeduplicationScope === 'messageGroup' ? MessageGroupId : '';
    const key = JSON.stringify([scope, MessageDeduplicationId]);
    const known = seen.get(key);
    if (known && Date.now() - known.at < DEDUPLICATION_MS) {
      const { MessageId, attributes } = known.record;
      const { createRecord } = queue.constructor as unknown as { createRecord(message: object): [object] };
      const [record] = createRecord({
        ...message,
        MessageId,
        SequenceNumber: attributes['SequenceNumber'],
      });
      return { record };
    }
    const entry = setRecord(message) as Entry;
    seen.set(key, { at: Date.now(), record: entry.record });
    return entry;
  };
}

function groupOf({ record }: Entry): string {
  return record.attributes['MessageGroupId'] ?? '';
}

function idOf(handle: string): string {
  const text = Buffer.from(handle, 'base64').toString();
  return (JSON.parse(text.slice(text.indexOf('{'))) as { MessageId: string }).MessageId;
}
