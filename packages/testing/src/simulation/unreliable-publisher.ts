import { type CloudEvent, type EventPublisher, type FailedPublish, PublishError } from '@xorca/core';
import { ownerOf } from './observed.ts';
import { comeBack, reach } from './unreliable-call.ts';
import { about, happened, type Sandbox } from './world-state.ts';

// What SNS takes, the least of the buses: https://docs.aws.amazon.com/sns/latest/dg/large-message-payloads.html
const MOST_EVENT_BYTES = 262_144;

/** The bus as a function sees it; `send` puts events on it that went through. */
export function unreliablePublisher(
  sandbox: Sandbox,
  send: (events: readonly CloudEvent[]) => void,
): EventPublisher {
  return { maxEventBytes: MOST_EVENT_BYTES, publish: (events) => publish(sandbox, events, send) };
}

/** Puts events of an orchestrator on the bus, for everybody to see. */
export function sendDecided({ world, name }: Sandbox, events: readonly CloudEvent[]): void {
  world.observer.sent(events);
  for (const event of events) {
    happened(world, { from: name, to: 'bus', text: `${event.type} ${event.id}`, ...about(ownerOf(event)) });
    world.bus.send(structuredClone(event));
  }
}

async function publish(
  sandbox: Sandbox,
  events: readonly CloudEvent[],
  send: (events: readonly CloudEvent[]) => void,
): Promise<void> {
  const { faults, random } = sandbox.world;
  const [first] = events;
  const processId = first && ownerOf(first);
  await reach(sandbox, 'bus', processId);
  const taken = faults.strikes('partialPublish') ? random.whole(events.length) : events.length;
  const refused = events.slice(0, taken).filter(() => faults.strikes('refuse'));
  const failed = [
    ...events.slice(taken).map((event) => failure(event, true)),
    ...refused.map((event) => failure(event, false)),
  ];
  send(events.slice(0, taken).filter((event) => !refused.includes(event)));
  for (const { id, retryable } of failed) {
    const text = `${id}, ${retryable ? 'not taken' : 'refused for good'}`;
    happened(sandbox.world, { from: sandbox.name, to: 'bus', text, isLost: true, ...about(processId) });
  }
  if (failed.length > 0) throw new PublishError(failed);
  await comeBack(sandbox, 'bus', processId);
}

function failure({ id }: CloudEvent, retryable: boolean): FailedPublish {
  return { id, reason: `a simulated bus ${retryable ? 'takes no more for now' : 'refuses it'}`, retryable };
}
