import { type FunctionsHost, functionOf } from './host.ts';
import type { Input, RpcHttp, RpcTexts } from './rpc.ts';

/** A request to a function. */
export interface HttpCall {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the address of the function in its app. */
  readonly url?: string;
  readonly body?: string | Uint8Array;
  /** What stands for the parameters of the route. */
  readonly params?: Readonly<Record<string, string>>;
}

/** What the host gives an HTTP trigger: the body as bytes. `ToRpcHttp` of GrpcMessageConversionExtensions.cs, see binding-data.ts. */
function httpInput({ method, headers = {}, url = '', body = '', params = {} }: HttpCall): Input {
  const bytes = Buffer.from(body);
  const lowered = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const http: RpcHttp = {
    method: method.toUpperCase(),
    url,
    nullableHeaders: nullable(lowered),
    nullableQuery: nullable(new URL(url).searchParams),
    nullableParams: nullable(Object.entries(params)),
    ...(bytes.length > 0 && { body: { bytes } }),
  };
  return { data: { http } };
}

/**
 * Sends a request to a function, and gives its response. A method that the trigger does not name is 404, an invocation that failed
 * 500, as from the host. Keys (`authLevel`) are not asked for.
 */
export async function http(functions: FunctionsHost, name: string, call: HttpCall): Promise<Response> {
  const { trigger } = functionOf(functions, name, 'httpTrigger');
  const methods = trigger['methods'] as readonly string[] | undefined;
  const method = call.method.toUpperCase();
  if (methods && !methods.some((each) => each.toUpperCase() === method)) {
    return new Response(null, { status: 404 });
  }
  const url = call.url ?? `https://xorca-test.azurewebsites.net/api/${String(trigger['route'] ?? name)}`;
  try {
    const { returnValue } = await functions.invoke(name, httpInput({ ...call, method, url }));
    return responseOf(returnValue?.http);
  } catch {
    return new Response(null, { status: 500 });
  }
}

function responseOf({ statusCode = '204', headers = {}, body }: RpcHttp = {}): Response {
  const status = Number(statusCode);
  const bytes = body?.bytes ?? Buffer.from(body?.string ?? '');
  // These have none by themselves, and `Response` takes none for them.
  const content = [204, 205, 304].includes(status) ? null : Buffer.from(bytes);
  return new Response(content, { status, headers });
}

function nullable(entries: Iterable<readonly [string, string]>): RpcTexts {
  return Object.fromEntries([...entries].map(([name, value]) => [name, { value }]));
}
