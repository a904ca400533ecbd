import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { viewOf } from './service-bus/amqp-message.ts';
import { startAmqp } from './service-bus/amqp-server.ts';
import { makeClock } from './service-bus/clock.ts';
import type { Commands, Key } from './service-bus/control.ts';
import { makeEntities } from './service-bus/entities.ts';
import { makeFaults } from './service-bus/faults.ts';
import type { NamespaceOptions, ServiceBusCall, ServiceBusEvent } from './service-bus/options.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as NamespaceOptions & Key;
const calls: ServiceBusCall[] = [];
const events: ServiceBusEvent[] = [];
const clock = makeClock(options.startAt);
const faults = makeFaults();
const tell = (event: Omit<ServiceBusEvent, 'at'>) => void events.push({ at: clock.now(), ...event });
const entities = makeEntities(options, { clock, tell });
const amqp = await startAmqp({ entities, faults, calls, key: options.key });

function queueOf(entity: string) {
  const queue = entities.queue(entity);
  if (queue === undefined) throw new Error(`There is no queue or subscription '${entity}'.`);
  return queue;
}

const commands: Commands = {
  port: () => amqp.port,
  now: () => clock.now(),
  advance: (ms) => clock.advance(ms),
  fault(mode, times) {
    faults.set(mode, times);
    if (faults.refusesConnections) amqp.cut();
  },
  calls: () => calls,
  events: () => events,
  forget() {
    calls.length = 0;
    events.length = 0;
  },
  messages(entity) {
    const target = entities.target(entity);
    const scheduled = [...(target?.inbox.scheduled.values() ?? [])];
    const here = target === undefined || entities.queue(entity) ? queueOf(entity).messages : [];
    return [...here.map((one) => viewOf(one)), ...scheduled.map((one) => viewOf(one, one.scheduledAt))];
  },
};

const server = createServer(async (call, reply) => {
  const chunks: Buffer[] = [];
  for await (const chunk of call) chunks.push(chunk as Buffer);
  const [name, ...given] = JSON.parse(Buffer.concat(chunks).toString()) as [keyof Commands, ...unknown[]];
  try {
    const result = (commands[name] as (...given: unknown[]) => unknown)(...given);
    reply.end(JSON.stringify(result ?? null));
  } catch (error) {
    reply.writeHead(400).end(JSON.stringify((error as Error).message));
  }
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.({ port: (server.address() as AddressInfo).port });
// Nobody is left to be served.
process.on('disconnect', () => process.exit());
