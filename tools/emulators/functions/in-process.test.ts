import { app, type InvocationContext } from '@azure/functions';
import { afterEach, describe, expect, it } from 'vitest';
import { message } from './fixtures/started.ts';
import { inProcessFunctions } from './in-process.ts';

// Awaited once, before the first function is registered: a file that imports `app` by itself gets the same functions.
const functions = await inProcessFunctions({ QUEUE: 'orders' });
afterEach(() => functions.clear());

const queue = { queueName: 'orders', connection: 'Storage' };

describe('the functions of this process', () => {
  it('are registered and invoked here, by the package of Azure', async () => {
    const seen: unknown[] = [];
    app.storageQueue('orders', {
      ...queue,
      handler(order, context: InvocationContext) {
        seen.push(order, context.triggerMetadata?.['dequeueCount']);
        return { done: true };
      },
    });
    expect([...functions.functions.keys()]).toEqual(['orders']);
    const { returnValue } = await functions.invoke('orders', {
      data: { string: '{"n":1}' },
      triggerMetadata: { DequeueCount: { json: '2' } },
    });
    expect(seen).toEqual([{ n: 1 }, 2]);
    expect(returnValue).toEqual({ json: '{"done":true}' });
  });

  it('throw what their handler threw, the very object', async () => {
    const error = new RangeError('no');
    app.storageQueue('orders', { ...queue, handler: () => Promise.reject(error) });
    await expect(functions.invoke('orders', message(1))).rejects.toBe(error);
  });

  it('log to lines', async () => {
    app.storageQueue('orders', { ...queue, handler: (_, context) => context.error('no order', 7) });
    await functions.invoke('orders', message(1));
    expect(functions.lines).toEqual([{ level: 'error', category: 'user', text: 'no order 7' }]);
  });

  it('run with the hooks of the app around them', async () => {
    const order: string[] = [];
    const hooks = [
      app.hook.preInvocation((hook) => {
        order.push('before');
        hook.inputs = ['changed'];
      }),
      app.hook.postInvocation((hook) => void order.push(`after ${String(hook.result)}`)),
    ];
    app.storageQueue('orders', { ...queue, handler: (input) => `got ${String(input)}` });
    const { returnValue } = await functions.invoke('orders', message(1));
    for (const hook of hooks) hook.dispose();
    expect(returnValue).toEqual({ string: 'got changed' });
    expect(order).toEqual(['before', 'after got changed']);
  });

  it('have names of their own, until they are forgotten', () => {
    app.storageQueue('orders', { ...queue, handler() {} });
    expect(() => app.storageQueue('orders', { ...queue, handler() {} })).toThrow(
      'has already been registered',
    );
    functions.clear();
    app.storageQueue('orders', { ...queue, handler() {} });
  });

  it('that are not there cannot be invoked', async () => {
    await expect(functions.invoke('nobody', message(1))).rejects.toThrow(
      "Function code for 'nobody' is not loaded and cannot be invoked.",
    );
  });
});
