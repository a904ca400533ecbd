import type { CloudEventV1, CloudEvent as SdkEvent } from 'cloudevents';
import { type CloudEvent, createCloudEvent, type EventPublisher } from '../src/index.ts';

// Compiled, never run: events of the SDK fit where ours are wanted, and the other way round.
export const toSdk: CloudEventV1<{ bookId: string }> = createCloudEvent({
  type: 'cmd.books.fetch',
  source: '/orch',
  subject: 'b1',
  data: { bookId: 'opticks' },
});
declare const fromSdk: SdkEvent<{ bookId: string }>;
export const ours: CloudEvent<{ bookId: string }> = fromSdk;
declare const publisher: EventPublisher;
export const published = publisher.publish([fromSdk]);

// @ts-expect-error an event without a subject belongs to no process
export const lost = createCloudEvent({ type: 'cmd.books.fetch', source: '/orch' });
