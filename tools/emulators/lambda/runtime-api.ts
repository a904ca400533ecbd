import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReportedError } from './lambda-error.ts';

/** The most bytes that a synchronous invocation may answer: 6 MB and the 100 bytes that Lambda adds for its envelope. */
export const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100;

/** An event on its way to the runtime. */
export interface Invocation {
  readonly requestId: string;
  /** The event as JSON. */
  readonly event: string;
  readonly deadlineAt: number;
  readonly functionArn: string;
}

/** What the runtime in the sandbox says. */
export interface RuntimeListener {
  /** It asks for its next invocation, and waits until `answer` is called. */
  next(answer: (invocation: Invocation) => void): void;
  /** Is this the invocation that it works on? */
  isCurrent(requestId: string): boolean;
  /** The handler returned: the body is JSON. */
  response(body: string): void;
  error(error: ReportedError): void;
  initError(error: ReportedError): void;
}

/** The Runtime API of one sandbox. */
export interface RuntimeApi {
  /** Host and port, as in `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  close(): Promise<void>;
}

const ROOT = '/2018-06-01/runtime';
const OUTCOME = new RegExp(`^${ROOT}/invocation/([^/]+)/(response|error)$`);

/** Serves the Lambda Runtime API (version 2018-06-01) of one sandbox on a free port of 127.0.0.1. */
export async function startRuntimeApi(listener: RuntimeListener): Promise<RuntimeApi> {
  const server = createServer((request, response) => {
    // A sandbox that is killed breaks off its request: whoever waits for it learns that from its process.
    serve(listener, request, response).catch(() => response.destroy());
  });
  // A handler may run longer than the 5 s after which Node closes an idle connection.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(listener: RuntimeListener, request: IncomingMessage, response: ServerResponse) {
  const { method, url = '' } = request;
  const body = await textOf(request);
  if (method === 'GET' && url === `${ROOT}/invocation/next`) {
    return listener.next((invocation) =>
      response.writeHead(200, headersOf(invocation)).end(invocation.event),
    );
  }
  if (method !== 'POST') return reply(response, 404, 'NotFound');
  if (url === `${ROOT}/init/error`) {
    listener.initError(JSON.parse(body ?? '{}') as ReportedError);
    return reply(response, 202);
  }
  const [, requestId = '', outcome] = OUTCOME.exec(url) ?? [];
  if (!outcome) return reply(response, 404, 'NotFound');
  if (!listener.isCurrent(requestId)) return reply(response, 400, 'InvalidRequestID');
  if (body === undefined) {
    listener.error({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
      trace: [],
    });
    return reply(response, 413, 'RequestEntityTooLarge');
  }
  if (outcome === 'response') listener.response(body);
  else listener.error(JSON.parse(body) as ReportedError);
  reply(response, 202);
}

function headersOf({ requestId, deadlineAt, functionArn }: Invocation) {
  return {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': requestId,
    'Lambda-Runtime-Deadline-Ms': String(deadlineAt),
    'Lambda-Runtime-Invoked-Function-Arn': functionArn,
  };
}

function reply(response: ServerResponse, status: number, errorType?: string): void {
  const body = errorType ? { errorType, errorMessage: errorType } : { status: 'OK' };
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

/** The body; undefined when it is larger than a response may be. */
async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read all the same: the runtime hears the refusal only once it has sent everything.
    if (size <= MAX_RESPONSE_BYTES) chunks.push(chunk);
  }
  return size <= MAX_RESPONSE_BYTES ? Buffer.concat(chunks).toString() : undefined;
}
