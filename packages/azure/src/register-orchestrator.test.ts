import type { Fleet, Orchestrator } from '@xorca/core';
import { memoryPublisher, memoryStore } from '@xorca/core';
import { afterEach, describe, expect, it } from 'vitest';
import { letters, shouters } from '../../core/test/support/letters.ts';
import { app, taken } from '../test/support/functions-host.ts';
import { functionsHandler } from './functions-handler.ts';
import { type RegisterNewOptions, registerOrchestrator } from './register-orchestrator.ts';

const platform = () => ({ store: memoryStore(), publisher: memoryPublisher() });
const queue = { type: 'serviceBusQueue', queueName: 'orders', connection: 'Bus' } as const;

/** The trigger of each function that was registered, as the host is told. */
function bindings(): Record<string, Record<string, unknown>> {
  const found = [...taken()].map(([name, { trigger }]) => {
    const { name: _, direction: __, properties: ___, ...rest } = trigger as Record<string, unknown>;
    return [name, rest];
  });
  return Object.fromEntries(found);
}

afterEach(() => void taken());

describe('registerOrchestrator', () => {
  it('registers a function under its name, and a timer each minute for what is due', () => {
    registerOrchestrator(app, 'orders', letters, {
      platform: platform(),
      deadLetters: async () => {},
      trigger: { ...queue, isSessionsEnabled: true, cardinality: 'many' },
    });
    expect(bindings()).toEqual({
      orders: {
        type: 'serviceBusTrigger',
        queueName: 'orders',
        connection: 'Bus',
        isSessionsEnabled: true,
        cardinality: 'many',
        // Else the host fails a whole batch for one body that is no JSON: https://github.com/Azure/azure-functions-host/issues/6487
        dataType: 'string',
      },
      'orders-wake': { type: 'timerTrigger', schedule: '0 * * * * *' },
    });
  });

  it('registers a function for each of several triggers', () => {
    registerOrchestrator(app, 'orders', letters, {
      platform: platform(),
      wake: '*/30 * * * * *',
      trigger: [
        { type: 'serviceBusTopic', topicName: 't', subscriptionName: 's', connection: 'Bus' },
        { type: 'storageQueue', queueName: 'q', connection: 'Storage' },
        { type: 'eventGrid' },
        { type: 'http', route: 'orders', authLevel: 'anonymous' },
      ],
    });
    expect(bindings()).toMatchObject({
      'orders-serviceBusTopic': { type: 'serviceBusTrigger', topicName: 't', subscriptionName: 's' },
      'orders-storageQueue': { type: 'queueTrigger', queueName: 'q', connection: 'Storage' },
      'orders-eventGrid': { type: 'eventGridTrigger' },
      'orders-http': {
        type: 'httpTrigger',
        route: 'orders',
        authLevel: 'anonymous',
        methods: ['POST', 'OPTIONS'],
      },
      'orders-wake': { schedule: '*/30 * * * * *' },
    });
  });

  it('asks for a key over HTTP unless told otherwise, and leaves the timer out where it is told to', () => {
    registerOrchestrator(app, 'orders', letters, {
      platform: platform(),
      trigger: { type: 'http' },
      wake: false,
    });
    expect(bindings()).toEqual({ orders: expect.objectContaining({ authLevel: 'function' }) });
  });

  it('asks for a key also where the level is not set, and takes an app setting for the schedule of the timer', () => {
    const trigger = { type: 'http', authLevel: undefined } as never;
    registerOrchestrator(app, 'orders', letters, { platform: platform(), trigger, wake: '%WAKE%' });
    expect(bindings()).toMatchObject({
      orders: { authLevel: 'function' },
      'orders-wake': { schedule: '%WAKE%' },
    });
  });

  it('takes a handler that is there, and gives it back', () => {
    const handler = functionsHandler(letters, platform());
    expect(registerOrchestrator(app, 'orders', handler, { trigger: queue })).toBe(handler);
    expect(Object.keys(bindings())).toEqual(['orders', 'orders-wake']);
  });
});

describe('what is wrong is told before anything is registered', () => {
  const { fleet } = shouters();
  const deadLetters = async () => {};
  const register = (what: unknown, options: object, name: string = 'orders') =>
    registerOrchestrator(app, name, what as Orchestrator, options as RegisterNewOptions<Orchestrator>);

  it.each<[string, unknown, object, string?]>([
    ['needs a name', letters, { platform: platform(), trigger: queue }, '1st'],
    ['needs a name', letters, { platform: platform(), trigger: queue }, 'a b'],
    ['has the type undefined. It knows serviceBusQueue', letters, { platform: platform() }],
    [
      'Did you mean "serviceBusQueue"?',
      letters,
      { platform: platform(), trigger: { type: 'servicebusQueue' } },
    ],
    [
      'needs queueName',
      letters,
      { platform: platform(), trigger: { type: 'storageQueue', connection: 'S' } },
    ],
    [
      'Did you mean "isSessionsEnabled"?',
      letters,
      { platform: platform(), trigger: { ...queue, isSessionEnabled: true } },
    ],
    [
      'cardinality of trigger "serviceBusQueue"',
      letters,
      { platform: platform(), trigger: { ...queue, cardinality: 'Many' } },
    ],
    [
      'must be one of true, false',
      letters,
      { platform: platform(), trigger: { ...queue, isSessionsEnabled: 'true' } },
    ],
    [
      'authLevel of trigger "http"',
      letters,
      { platform: platform(), trigger: { type: 'http', authLevel: 'none' } },
    ],
    ['has no option "stopbefore"', letters, { platform: platform(), trigger: queue, stopbefore: 1 }],
    ['needs a platform second', letters, { trigger: queue }],
    [
      'wake of registerOrchestrator("orders") must be a schedule',
      letters,
      { platform: platform(), trigger: queue, wake: 'hourly' },
    ],
    ['has an empty list', letters, { platform: platform(), trigger: [] }],
    [
      'has two triggers of the type "serviceBusQueue"',
      letters,
      { platform: platform(), trigger: [queue, queue] },
    ],
    ['has no deadLetters', letters, { platform: platform(), trigger: { ...queue, cardinality: 'many' } }],
    [
      'has no deadLetters',
      functionsHandler(letters, platform()),
      { trigger: { ...queue, cardinality: 'many' } },
    ],
    [
      'does not remember its answers',
      fleet,
      { platform: platform(), deadLetters, trigger: { ...queue, cardinality: 'many' } },
    ],
    [
      'has no option "platform"',
      functionsHandler(letters, platform()),
      { platform: platform(), trigger: queue },
    ],
  ])('%s', (words, what, options, name) => {
    expect(() => register(what, options, name)).toThrow(
      expect.objectContaining({ code: 'XORCA_CONFIG', message: expect.stringContaining(words) }),
    );
    expect(bindings()).toEqual({});
  });

  it('batches for a fleet that remembers its answers, and single messages for one that does not, are fine', () => {
    const store = memoryStore();
    registerOrchestrator<Fleet>(app, 'a', fleet, {
      platform: platform(),
      runner: { idempotency: { store } },
      deadLetters,
      trigger: { ...queue, cardinality: 'many' },
    });
    registerOrchestrator<Fleet>(app, 'b', fleet, { platform: platform(), trigger: queue });
    expect(Object.keys(bindings())).toEqual(['a', 'a-wake', 'b', 'b-wake']);
  });
});
