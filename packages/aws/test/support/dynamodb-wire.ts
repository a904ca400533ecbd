import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

/** What the wire does to a call. `lostReply`: the service does it, and its answer is lost. An answer: the service hears nothing of it. */
export type WireMode =
  | 'open'
  | 'away'
  | 'throttled'
  | 'lostReply'
  | { readonly status: number; readonly body: object };

/** One call as it went over the wire. */
export interface WireCall {
  readonly action: string;
  readonly request: Record<string, unknown>;
  readonly sentBytes: number;
  readonly answerBytes: number;
}

/** A proxy before a service of AWS that speaks JSON. */
export interface Wire {
  readonly endpoint: string;
  readonly calls: WireCall[];
  /** Makes the wire so while the work runs; with `times`, only for the next calls. */
  during<Result>(mode: WireMode, work: () => Promise<Result>, times?: number): Promise<Result>;
  stop(): Promise<void>;
}

const THROTTLED = {
  status: 400,
  body: { __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException', message: 'Rate exceeded' },
};

/** Starts a proxy on a free port. */
export async function startWire(service: string): Promise<Wire> {
  let mode: WireMode = 'open';
  let left = 0;
  const calls: WireCall[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const now = left > 0 ? mode : 'open';
    left--;
    if (now === 'away') return void outgoing.destroy();
    if (now === 'throttled') return answer(outgoing, THROTTLED.status, JSON.stringify(THROTTLED.body));
    if (typeof now === 'object') return answer(outgoing, now.status, JSON.stringify(now.body));
    const target = String(incoming.headers['x-amz-target']);
    const reply = await fetch(service, {
      method: 'POST',
      headers: {
        'content-type': String(incoming.headers['content-type']),
        'x-amz-target': target,
        authorization: String(incoming.headers.authorization),
        'x-amz-date': String(incoming.headers['x-amz-date']),
      },
      body,
    });
    const text = await reply.text();
    calls.push({
      action: target.split('.')[1] ?? '',
      request: JSON.parse(body.toString()) as Record<string, unknown>,
      sentBytes: body.length,
      answerBytes: Buffer.byteLength(text),
    });
    if (now === 'lostReply') return void outgoing.destroy();
    answer(outgoing, reply.status, text);
  });
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

function answer(outgoing: ServerResponse, status: number, text: string): void {
  outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
}
