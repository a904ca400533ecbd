import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { Emulator } from '../emulator.ts';

/** What a service answers. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** An error as AWS's JSON protocols tell it. */
export function fault(status: number, type: string, message: string): Answer {
  return { status, body: { __type: type, message, Message: message } };
}

/** A service that speaks JSON, in this program: nothing that can be had emulates it. */
export async function startJsonServer(
  answer: (call: IncomingMessage, body: Record<string, unknown>) => Answer,
): Promise<Emulator> {
  const server = createServer(async (call, reply) => {
    const chunks: Buffer[] = [];
    for await (const chunk of call) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { status, body } = answer(call, text === '' ? {} : (JSON.parse(text) as Record<string, unknown>));
    const type = (body as { __type?: string }).__type;
    reply.writeHead(status, {
      'content-type': 'application/x-amz-json-1.1',
      ...(type === undefined ? {} : { 'x-amzn-errortype': type }),
    });
    reply.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
