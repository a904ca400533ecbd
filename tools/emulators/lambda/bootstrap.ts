import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ReportedError } from './lambda-error.ts';

/** The second argument of a handler. */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  getRemainingTimeInMillis(): number;
}

type Handler = (event: unknown, context: LambdaContext) => unknown;

interface Answer {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const { env } = process;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** `fetch` would give up on `/next` after five minutes; here it lasts as long as the sandbox is idle. */
function ask(path: string, post?: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const url = `http://${env['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/${path}`;
  const sent = request(url, { agent, method: post === undefined ? 'GET' : 'POST' }, (response) => {
    let body = '';
    response
      .setEncoding('utf8')
      .on('data', (text: string) => {
        body += text;
      })
      .on('end', () => resolve({ headers: response.headers, body }))
      .on('error', reject);
  });
  sent.on('error', reject).end(post);
  return promise;
}

function reported(error: unknown): ReportedError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] };
}

async function load(): Promise<Handler> {
  // `_HANDLER` is the file and the export: "order.ts.handler".
  const [, file = '', name = ''] = /^(.*)\.([^.]*)$/.exec(env['_HANDLER'] ?? '') ?? [];
  const path = join(env['LAMBDA_TASK_ROOT'] ?? '', file);
  const module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  const handler = module[name];
  if (typeof handler === 'function') return handler as Handler;
  const found = Object.keys(module).join(', ') || 'nothing';
  throw Object.assign(new Error(`${file} has no function ${name}; it exports ${found}.`), {
    name: 'Runtime.HandlerNotFound',
  });
}

function contextOf(headers: Answer['headers']): LambdaContext {
  const deadlineAt = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: String(headers['lambda-runtime-aws-request-id']),
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'] ?? '',
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'] ?? '',
    invokedFunctionArn: String(headers['lambda-runtime-invoked-function-arn']),
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] ?? '',
    getRemainingTimeInMillis: () => deadlineAt - Date.now(),
  };
}

async function outcome(handler: Handler, body: string, context: LambdaContext) {
  try {
    const result = await handler(JSON.parse(body), context);
    // A handler without a result answers null.
    return { path: 'response', post: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    console.error(error);
    return { path: 'error', post: JSON.stringify(reported(error)) };
  }
}

async function run(): Promise<never> {
  const handler = await load().catch(async (error: unknown) => {
    console.error(error);
    await ask('init/error', JSON.stringify(reported(error)));
    return process.exit(1);
  });
  for (;;) {
    const { headers, body } = await ask('invocation/next');
    const context = contextOf(headers);
    const { path, post } = await outcome(handler, body, context);
    await ask(`invocation/${context.awsRequestId}/${path}`, post);
  }
}

// Whoever started this process is gone when the Runtime API does not answer: there is no more work.
run().catch(() => process.exit(1));
