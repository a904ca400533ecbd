import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { bytesOf } from './wire-bytes.ts';

/**
 * What the wire does to a call. `lostReply`: the service does it, and its answer is lost. `silent`: nobody ever answers. An answer: the service
 * hears nothing of it.
 */
export type WireMode = 'open' | 'away' | 'throttled' | 'lostReply' | 'silent' | WireAnswer;

/** One call that reached the service. */
export interface WireCall {
  /** `PutItem`, `SendMessageBatch`, `GetObject`. */
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Of a JSON call, else an empty object. */
  readonly request: Record<string, unknown>;
  /** Bytes of the bodies. */
  readonly sentBytes: number;
  readonly answerBytes: number;
  /** Bytes of request lines, status lines and headers, both ways together. */
  readonly headerBytes: number;
}

/** A proxy before a service. */
export interface Wire {
  readonly endpoint: string;
  readonly calls: WireCall[];
  /** Makes the wire so while the work runs; with `times`, only for the next calls. */
  during<Result>(mode: WireMode, work: () => Promise<Result>, times?: number): Promise<Result>;
  stop(): Promise<void>;
}

/** An answer that the wire gives in the place of a service. */
export interface WireAnswer {
  readonly status: number;
  readonly body: object | string;
  readonly headers?: Record<string, string>;
}

/** How the services of a cloud speak. */
export interface WireProtocol {
  /** What a call asks for. */
  actionOf(message: IncomingMessage, body: Buffer): string;
  /** How the service of a call says that it is asked too much. */
  throttlingOf(message: IncomingMessage): WireAnswer;
  /** The type of an answer that is no text. */
  readonly jsonType: string;
}

/** Starts a proxy on a free port. */
export async function startWireOf(
  service: string,
  { actionOf, throttlingOf, jsonType }: WireProtocol,
): Promise<Wire> {
  const { hostname, port: servicePort } = new URL(service);
  let mode: WireMode = 'open';
  let left = 0;
  const calls: WireCall[] = [];

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await wholeOf(incoming);
    const now = left > 0 ? mode : 'open';
    left--;
    if (now === 'silent') return;
    if (now === 'away') return void outgoing.destroy();
    const injected: WireMode = now === 'throttled' ? throttlingOf(incoming) : now;
    if (typeof injected === 'object') {
      const text = typeof injected.body === 'string' ? injected.body : JSON.stringify(injected.body);
      const type = typeof injected.body === 'string' ? 'application/xml' : jsonType;
      outgoing.writeHead(injected.status, { 'content-type': type, ...injected.headers }).end(text);
      return;
    }
    const { method = '', url = '', headers } = incoming;
    const asked = request({ hostname, port: servicePort, method, path: url, headers });
    asked.on('error', () => outgoing.destroy());
    asked.end(body);
    const [reply] = (await once(asked, 'response')) as [IncomingMessage];
    const answer = await wholeOf(reply);
    calls.push({
      action: actionOf(incoming, body),
      method,
      path: url,
      status: reply.statusCode ?? 0,
      request: jsonOf(body),
      sentBytes: body.length,
      answerBytes: answer.length,
      headerBytes: bytesOf(incoming) + bytesOf(reply),
    });
    if (now === 'lostReply') return void outgoing.destroy();
    outgoing.writeHead(reply.statusCode ?? 502, reply.headers).end(answer);
  }

  const server = createServer((incoming, outgoing) => {
    // A service that is gone answers nothing.
    void serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  // A client that was idle must not find its connection closed as it sends: nothing here tries again.
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    async during(next, work, times = Number.POSITIVE_INFINITY) {
      mode = next;
      left = times;
      try {
        return await work();
      } finally {
        left = 0;
      }
    },
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

function jsonOf(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}
