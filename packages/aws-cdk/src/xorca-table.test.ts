import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
// The definition that the store is tested with.
import { dynamodbTable } from '../../aws/src/dynamodb-table.ts';
import { XorcaTable, type XorcaTableProps } from './xorca-table.ts';

function table(props?: XorcaTableProps) {
  const stack = new Stack(new App(), 'Test');
  new XorcaTable(stack, 'Processes', props);
  const [found] = Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::Table'));
  return found as Record<string, unknown> & { Properties: Record<string, unknown> };
}

it('the table is the one that the store makes for development, no attribute more or less', () => {
  const { TableName: _, ...definition } = dynamodbTable('xorca');
  const { TimeToLiveSpecification, PointInTimeRecoverySpecification, ...own } = table().Properties;
  expect(own).toEqual(definition);
  expect(TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
  expect(PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
});

it('a table outlives its stack and can be put back, unless that is refused by name', () => {
  expect(table()).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  const own = table({ tableName: 'mine', pointInTimeRecovery: false, removalPolicy: RemovalPolicy.DESTROY });
  expect(own).toMatchObject({
    DeletionPolicy: 'Delete',
    Properties: {
      TableName: 'mine',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    },
  });
});
