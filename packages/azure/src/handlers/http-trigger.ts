import { field, type ReadRequest, takeRequest } from '@xorca/core/handlers';
import type { Trigger } from './trigger.ts';

/** What is read of a request of `@azure/functions`. */
interface FunctionsRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Iterable<readonly [string, string]>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A request by HTTP. */
export const httpTrigger: Trigger = {
  type: 'httpTrigger',
  is: (input) =>
    typeof field(input, 'method') === 'string' ||
    typeof (input as Partial<FunctionsRequest> | null)?.arrayBuffer === 'function',
  async take({ work, input, limits }) {
    const request = await readRequest(input as FunctionsRequest);
    const { statusCode, headers, body } = await takeRequest(work, request, work.deadlineIn(limits.httpMs));
    return { status: statusCode, headers: { ...headers }, body };
  },
};

async function readRequest(request: FunctionsRequest): Promise<ReadRequest> {
  // By names in small letters, several of one name joined, as the class Headers has them.
  const headers = Object.fromEntries(request.headers);
  const body = new Uint8Array(await request.arrayBuffer());
  return {
    method: request.method.toUpperCase(),
    path: new URL(request.url, 'http://localhost').pathname,
    headers,
    values: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body,
    content: body,
    text: () => new TextDecoder().decode(body),
    event: request,
  };
}
