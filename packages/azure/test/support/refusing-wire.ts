import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { CloudEvent } from '@xorca/core';
import type { RefuseEvents } from '@xorca/testing';
import type { WireAnswer } from '../../../../tools/emulators/wire.ts';

/** A proxy that answers by itself to calls with certain events, and lets all others through. */
export interface RefusingWire {
  readonly endpoint: string;
  readonly refuses: { readonly forNow: RefuseEvents; readonly forGood: RefuseEvents };
  stop(): Promise<void>;
}

/** Starts it before a service; `eventsOf` reads what a call sends. */
export async function startRefusing(
  service: string,
  eventsOf: (body: string) => readonly CloudEvent[],
  answers: { readonly forNow: WireAnswer; readonly forGood: WireAnswer },
): Promise<RefusingWire> {
  const { hostname, port, pathname } = new URL(service);
  let refused: readonly string[] = [];
  let answer = answers.forNow;

  const server = createServer(async (incoming, outgoing) => {
    const body = await wholeOf(incoming);
    if (refused.length > 0 && eventsOf(body.toString()).some(({ id }) => refused.includes(id))) {
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
      outgoing.writeHead(answer.status, { 'content-type': 'application/xml', ...answer.headers }).end(text);
      return;
    }
    const { method = '', url = '', headers } = incoming;
    const asked = request({ hostname, port, method, path: url, headers });
    asked.on('error', () => outgoing.destroy());
    asked.on('response', async (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers).end(await wholeOf(reply));
    });
    asked.end(body);
  });
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as { readonly port: number };

  const during =
    (what: WireAnswer): RefuseEvents =>
    async (ids, work) => {
      refused = ids;
      answer = what;
      try {
        await work();
      } finally {
        refused = [];
      }
    };
  return {
    endpoint: `http://127.0.0.1:${own}${pathname}`,
    refuses: { forNow: during(answers.forNow), forGood: during(answers.forGood) },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function wholeOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
