import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Emulator } from '../../../../tools/emulators/emulator.ts';

/** What came out of the queue, and at which epoch ms. */
export interface Seen {
  readonly body: string;
  readonly at: number;
}

/** Storage's PutMessage with its visibility, on a clock that the test moves. */
export interface HiddenQueue extends Emulator {
  /** `http://127.0.0.1:<port>/devstoreaccount1` */
  readonly endpoint: string;
  /** The query of each call. */
  readonly asked: URLSearchParams[];
  /** The next moment at which a message is seen, or undefined when none is left. */
  nextAt(): number | undefined;
  /** Takes off what can be seen. */
  take(): readonly Seen[];
}

const WEEK_SECONDS = 604_800;

export async function startHiddenQueue(now: () => number): Promise<HiddenQueue> {
  let waiting: Seen[] = [];
  const asked: URLSearchParams[] = [];

  const server = createServer(async (call, reply) => {
    let xml = '';
    for await (const chunk of call.setEncoding('utf8')) xml += chunk;
    const { searchParams } = new URL(call.url ?? '', 'http://queue');
    asked.push(searchParams);
    const seconds = Number(searchParams.get('visibilitytimeout') ?? 0);
    if (!(Number.isInteger(seconds) && seconds >= 0 && seconds <= WEEK_SECONDS)) {
      const code = 'OutOfRangeQueryParameterValue';
      reply.writeHead(400, { 'x-ms-error-code': code, 'content-type': 'application/xml' });
      reply.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>Out of range.</Message></Error>`);
      return;
    }
    const [, text = ''] = /<MessageText>([^<]*)<\/MessageText>/.exec(xml) ?? [];
    waiting.push({ body: Buffer.from(text, 'base64').toString(), at: now() + seconds * 1_000 });
    reply.writeHead(201, { 'content-type': 'application/xml' });
    reply.end(
      '<?xml version="1.0"?><QueueMessagesList><QueueMessage><MessageId>m</MessageId></QueueMessage></QueueMessagesList>',
    );
  });
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  return {
    endpoint: `http://127.0.0.1:${port}/devstoreaccount1`,
    asked,
    nextAt: () => (waiting.length === 0 ? undefined : Math.min(...waiting.map(({ at }) => at))),
    take() {
      const seen = waiting.filter(({ at }) => at <= now()).map(({ body }) => ({ body, at: now() }));
      waiting = waiting.filter(({ at }) => at > now());
      return seen;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
