import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';

/** Adds statements to the policy of a function's role. */
export function grant(fn: IFunction, statements: readonly PolicyStatement[]): void {
  for (const statement of statements) fn.addToRolePolicy(statement);
}
