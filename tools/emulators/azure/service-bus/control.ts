import type { QueuedMessage, ServiceBusCall, ServiceBusEvent, ServiceBusMode } from './options.ts';

/** What a test can ask of the service beside its wire. */
export interface Commands {
  port(): number;
  now(): number;
  advance(ms: number): void;
  fault(mode: ServiceBusMode | 'open', times: number | undefined): void;
  calls(): readonly ServiceBusCall[];
  events(): readonly ServiceBusEvent[];
  forget(): void;
  messages(entity: string): readonly QueuedMessage[];
}

/** The shared access key of the namespace. */
export interface Key {
  readonly key: string;
}

/** Asks the process of the service. */
export async function ask<Name extends keyof Commands>(
  endpoint: string,
  name: Name,
  ...given: Parameters<Commands[Name]>
): Promise<ReturnType<Commands[Name]>> {
  const reply = await fetch(endpoint, { method: 'POST', body: JSON.stringify([name, ...given]) });
  const result = await reply.json();
  if (!reply.ok) throw new Error(String(result));
  return result as ReturnType<Commands[Name]>;
}
