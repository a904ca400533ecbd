import { Duration } from 'aws-cdk-lib';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { code, fleet, orchestrator, type Place } from '../test/support/template.ts';

const given = (props: object) => () => props;
const fifo = ({ fifoTopic }: Place) => ({ fifo: true, bus: undefined, topic: fifoTopic });

describe('what cannot be is an error when the construct is made, which names the construct and the option', () => {
  it.each<[says: string, props: (place: Place) => object]>([
    ['Give either a bus of EventBridge, or a topic', given({ bus: undefined })],
    ['Give either a bus of EventBridge, or a topic', ({ topic }) => ({ topic })],
    ['Give either a function, or code', given({ code: undefined })],
    [
      'Give either a function, or code',
      ({ stack }) => ({ code, function: LambdaFunction.fromFunctionName(stack, 'Mine', 'mine') }),
    ],
    [
      'function must be one of this app',
      ({ stack }) => ({ code: undefined, function: LambdaFunction.fromFunctionName(stack, 'Mine', 'mine') }),
    ],
    ['A FIFO queue needs a FIFO topic: a bus', given({ fifo: true })],
    [
      'A FIFO queue needs a FIFO topic, this one is a standard topic',
      ({ topic }) => ({ fifo: true, bus: undefined, topic }),
    ],
    ['A FIFO queue has no batchingWindow', (on) => ({ ...fifo(on), batchingWindow: Duration.seconds(1) })],
    ['takes must name at least one event type', given({ takes: [] })],
    ['takes must have event types', given({ takes: ['*'] })],
    ['batchSize must be a whole number from 1 to 10, not 11', given({ batchSize: 11 })],
    [
      'batchSize must be a whole number from 1 to 10000, not 10001',
      given({ batchSize: 10_001, batchingWindow: Duration.seconds(1) }),
    ],
    ['batchSize must be a whole number from 1 to 10, not 0', given({ batchSize: 0 })],
    ['batchingWindow in seconds must be', given({ batchingWindow: Duration.minutes(6) })],
    ['maxReceiveCount must be a whole number from 1 to 1000, not 0', given({ maxReceiveCount: 0 })],
    ['maxConcurrency must be a whole number from 2 to 1000, not 1', given({ maxConcurrency: 1 })],
  ])('%s', (says, props) => {
    for (const [make, path] of [
      [orchestrator, 'Test/Orders'],
      [fleet, 'Test/Books'],
    ] as const) {
      expect(() => make(props)).toThrow(
        expect.objectContaining({
          code: 'XORCA_CONFIG',
          message: expect.stringMatching(new RegExp(`^XORCA_CONFIG: ${says}.* \\(at ${path}\\)$`)),
        }),
      );
    }
  });

  it('a wake comes in whole minutes, and to a fleet only with a table', () => {
    for (const wakeEvery of [Duration.seconds(90), Duration.days(2)]) {
      expect(() => orchestrator(given({ wakeEvery }))).toThrow(/wakeEvery in minutes must be a whole number/);
    }
    expect(() => fleet(given({ wakeEvery: Duration.minutes(1) }))).toThrow(/Give a table, or leave it out/);
  });

  it('a batch may be large where Lambda waits for it', () => {
    const { template } = orchestrator(given({ batchSize: 10_000, batchingWindow: Duration.seconds(5) }));
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 10_000,
      MaximumBatchingWindowInSeconds: 5,
    });
    template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 30 * 6 + 5 });
  });
});
