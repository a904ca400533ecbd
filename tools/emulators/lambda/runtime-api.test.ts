import { expect, it, onTestFinished } from 'vitest';
import { type RuntimeListener, startRuntimeApi } from './runtime-api.ts';

async function startedApi() {
  const heard: unknown[] = [];
  const listener: RuntimeListener = {
    next: (answer) => answer({ requestId: 'r1', event: '{"a":1}', deadlineAt: 5, functionArn: 'arn:f' }),
    isCurrent: (id) => id === 'r1',
    response: (body) => heard.push(['response', body]),
    error: (error) => heard.push(['error', error]),
    initError: (error) => heard.push(['initError', error]),
  };
  const api = await startRuntimeApi(listener);
  onTestFinished(() => api.close());
  const ask = (path: string, init?: RequestInit) =>
    fetch(`http://${api.address}/2018-06-01/runtime/${path}`, init);
  return { heard, ask, post: (path: string, body: string) => ask(path, { method: 'POST', body }) };
}

const error = { errorType: 'E', errorMessage: 'm', trace: [] };

it('gives the next invocation with the headers of Lambda', async () => {
  const { ask } = await startedApi();
  const response = await ask('invocation/next');
  expect(await response.json()).toEqual({ a: 1 });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'lambda-runtime-aws-request-id': 'r1',
    'lambda-runtime-deadline-ms': '5',
    'lambda-runtime-invoked-function-arn': 'arn:f',
  });
});

it('takes responses and errors of the current invocation, and errors of the start', async () => {
  const { heard, post } = await startedApi();
  for (const [path, body] of [
    ['invocation/r1/response', '"done"'],
    ['invocation/r1/error', JSON.stringify(error)],
    ['init/error', JSON.stringify(error)],
  ] as const) {
    expect((await post(path, body)).status).toBe(202);
  }
  expect(heard).toEqual([
    ['response', '"done"'],
    ['error', error],
    ['initError', error],
  ]);
});

it('refuses other invocations with 400 and other paths with 404', async () => {
  const { heard, ask, post } = await startedApi();
  expect((await post('invocation/r2/response', '1')).status).toBe(400);
  expect((await post('invocation/r1/other', '1')).status).toBe(404);
  expect((await ask('invocation/r1/response')).status).toBe(404);
  expect(heard).toEqual([]);
});
