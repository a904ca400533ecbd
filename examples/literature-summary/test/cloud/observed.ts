import type { CloudEvent } from '@xorca/core';

/** What went over the bus for each process, an event that was sent twice once. Fails where one id stood for two events. */
export function byProcess(events: readonly CloudEvent[]): ReadonlyMap<string, readonly CloudEvent[]> {
  const seen = new Map<string, string>();
  const processes = new Map<string, CloudEvent[]>();
  for (const event of events) {
    const key = `${event.source} ${event.id}`;
    const text = JSON.stringify(event);
    const before = seen.get(key);
    if (before !== undefined && before !== text)
      throw new Error(`${key} stood for two events: ${before} and ${text}`);
    if (before !== undefined) continue;
    seen.set(key, text);
    const { subject = '' } = event;
    processes.set(subject, [...(processes.get(subject) ?? []), event]);
  }
  return processes;
}
