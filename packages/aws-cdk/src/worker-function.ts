import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { configError } from './config-error.ts';
import type { WorkerFunction } from './worker-props.ts';

// A batch of ten takes about a second; a slow store and a cold start are within this, and a message that hangs comes again after 3 minutes.
const TIMEOUT = Duration.seconds(30);
// CPU comes with memory: with less, a cold start takes longer than it saves.
const MEMORY_MB = 512;
/** What Lambda gives a function that says nothing. */
const STANDARD_TIMEOUT = Duration.seconds(3);

/** The function that was given, or one of the code. */
export function workerFunction(scope: Construct, props: WorkerFunction): LambdaFunction {
  if ((props.function === undefined) === (props.code === undefined)) {
    throw configError(scope, 'Give either a function, or code to make one of.');
  }
  if (props.function !== undefined) {
    if (typeof props.function.addEnvironment === 'function') return props.function;
    throw configError(
      scope,
      'function must be one of this app, such as a NodejsFunction: an imported one takes no environment.',
    );
  }
  // Named here, and not left to Lambda's managed policy, which allows writing to every log.
  const logGroup = new LogGroup(scope, 'Log', {
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  const { code, handler = 'index.handler', timeout = TIMEOUT, memorySize = MEMORY_MB } = props;
  return new LambdaFunction(scope, 'Function', {
    // The oldest that xorca runs on and Lambda has.
    runtime: Runtime.NODEJS_22_X,
    architecture: Architecture.ARM_64,
    code,
    handler,
    timeout,
    memorySize,
    role,
    logGroup,
  });
}

// So much time Lambda wants for trying again when it is throttled: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
const VISIBILITY_TIMEOUTS = 6;

/** How long a message stays unseen once it was brought to the function. */
export function visibilityFor(fn: LambdaFunction, batchingWindow = Duration.seconds(0)): Duration {
  const timeout = (fn.timeout ?? STANDARD_TIMEOUT).toSeconds();
  return Duration.seconds(timeout * VISIBILITY_TIMEOUTS + batchingWindow.toSeconds());
}
