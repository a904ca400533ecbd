import { describe, expect, it } from 'vitest';
import { fleet, permissions, text } from '../test/support/template.ts';

const ALWAYS = [
  'events:DescribeEventBus on Bus.Arn',
  'events:PutEvents on Bus.Arn',
  'logs:CreateLogStream on BooksLog.Arn',
  'logs:PutLogEvents on BooksLog.Arn',
  'sqs:DeleteMessage on BooksQueue.Arn',
  'sqs:GetQueueAttributes on BooksQueue.Arn',
  'sqs:ReceiveMessage on BooksQueue.Arn',
];

describe('a fleet', () => {
  it('may take its commands and answer them, and nothing else', () => {
    const { template } = fleet();
    expect(permissions(template, 'BooksRole')).toEqual(ALWAYS);
    template.resourceCountIs('AWS::Scheduler::ScheduleGroup', 0);
    template.resourceCountIs('AWS::Events::Rule', 1);
  });

  it('that remembers its answers may keep them in the table, and is woken to forget them', () => {
    const { template } = fleet(({ table }) => ({ table }));
    expect(permissions(template, 'BooksRole')).toEqual(
      [
        ...ALWAYS,
        'dynamodb:DeleteItem on Table.Arn',
        'dynamodb:GetItem on Table.Arn',
        'dynamodb:PutItem on Table.Arn',
        'dynamodb:Query on Table.Arn/index/wake',
      ].sort(),
    );
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)' });
  });

  it('gets its commands from the bus, ten at a time, and says of each whether it was taken', () => {
    const { template } = fleet();
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { 'detail-type': [{ prefix: 'cmd.books.' }] },
    });
    const [{ Properties } = {} as never] = Object.values(
      template.findResources('AWS::Lambda::EventSourceMapping'),
    );
    expect(Properties).toMatchObject({ BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    expect(text(Properties.EventSourceArn)).toBe('BooksQueue.Arn');
  });
});
