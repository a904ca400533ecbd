import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceBusPublisher } from '../src/index.ts';
import {
  type BusNamespace,
  busClient,
  overServiceBus,
  type Servers,
  startNamespace,
} from './support/buses.ts';
import { event, failedOf, later } from './support/published.ts';
import { startTcpProxy } from './support/tcp-proxy.ts';

const servers: Servers = [];
let namespace: BusNamespace;
beforeAll(async () => {
  namespace = await startNamespace(servers);
});
afterAll(async () => {
  for (const server of servers.reverse()) await server.stop();
});

describe('the connection to Service Bus', () => {
  it('that the network has ended is noticed before the next event is given to it', async () => {
    const { connection } = namespace.bus;
    const proxy = await startTcpProxy(Number(/127\.0\.0\.1:(\d+)/.exec(connection)?.[1]));
    // It tries nothing again.
    const client = busClient(connection.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${proxy.port}`), 2_000);
    servers.push(proxy, { stop: () => client.close() });
    const queue = namespace.next('plain');
    const publisher = serviceBusPublisher({ client, queue });
    await publisher.publish([event]);
    await proxy.cut();
    await publisher.publish([{ ...event, id: 'p/2' }]);
    expect(await namespace.bus.messages(queue)).toHaveLength(2);
  });

  it('begins anew with the next event after close', async () => {
    const queue = namespace.next('plain');
    const publisher = serviceBusPublisher({ connection: namespace.bus.connection, queue });
    await publisher.close();
    await publisher.publish([event]);
    await publisher.close();
    await publisher.publish([{ ...event, id: 'p/2' }]);
    await publisher.close();
    expect(await namespace.bus.messages(queue)).toHaveLength(2);
  });

  it('of a connection string for another queue is told, and close has nothing to do', async () => {
    const queue = namespace.next('plain');
    const connection = `${namespace.bus.connection};EntityPath=other`.replace(';;', ';');
    const publisher = serviceBusPublisher({ connection, queue });
    for (let n = 0; n < 2; n++) {
      expect(await failedOf(publisher.publish([event]))).toEqual(
        later(expect.stringMatching(/for another queue or topic \(its EntityPath\) than queue "plain-\d+"/)),
      );
      await publisher.close();
    }
  });

  it('that could not be opened once is opened anew by the next event', async () => {
    const queue = namespace.next('plain');
    const client = busClient(namespace.bus.connection);
    servers.push({ stop: () => client.close() });
    const faults = [new Error('too many open files')];
    const failing = {
      createSender(name: string) {
        const fault = faults.pop();
        if (fault) throw fault;
        return client.createSender(name);
      },
    };
    const publisher = serviceBusPublisher({ client: failing, queue });
    expect(await failedOf(publisher.publish([event]))).toEqual(
      later(expect.stringContaining('too many open files')),
    );
    await publisher.publish([event]);
    expect(await namespace.bus.messages(queue)).toHaveLength(1);
  });

  it('of a client that was given stays when a publisher is closed', async () => {
    const { queue, messages } = await overServiceBus(namespace, servers);
    const client = busClient(namespace.bus.connection);
    const [first, second] = [0, 1].map(() => serviceBusPublisher({ client, queue }));
    await first?.publish([event]);
    await first?.close();
    await second?.publish([{ ...event, id: 'p/2' }]);
    await first?.publish([{ ...event, id: 'p/3' }]);
    expect(await messages()).toHaveLength(3);
    await client.close();
  });

  it('keeps no program alive after close', async () => {
    const queue = namespace.next('plain');
    const entry = join(import.meta.dirname, '../src/index.ts');
    const program = `
      const { serviceBusPublisher } = await import(${JSON.stringify(entry)});
      const publisher = serviceBusPublisher({ connection: ${JSON.stringify(namespace.bus.connection)}, queue: '${queue}' });
      await publisher.publish([${JSON.stringify(event)}]);
      await publisher.close();
    `;
    const args = [
      '--conditions=@xorca/source',
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
    ];
    const child = spawn(process.execPath, [...args, '-e', program], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await namespace.bus.messages(queue)).toHaveLength(1);
  });
});
