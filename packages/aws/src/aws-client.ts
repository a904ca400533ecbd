import { XorcaError } from '@xorca/core';
import { messageOf } from '@xorca/core/backend';
import { type AwsCall, awsError } from './aws-errors.ts';

/** What the ports call of a client of the AWS SDK, version 3: any client that has this method serves, of whichever version. */
export interface AwsClient {
  /** Sends a command of the same service. */
  send(command: never, options?: never): Promise<unknown>;
}

/** Who makes the calls: a client that you made, or one that is made with the first call. */
export interface AwsConnection {
  /** Default: a client as the SDK makes it from its environment (`AWS_REGION`, `AWS_ENDPOINT_URL`, the function's role), with time-outs. */
  readonly client?: AwsClient;
  /** Region of the client that is made. Default: the SDK's own (`AWS_REGION`). */
  readonly region?: string;
}

/** The options of `AwsConnection`, for those who check theirs. */
export const CONNECTION_OPTIONS: readonly (keyof AwsConnection)[] = ['client', 'region'];

/** A service as the ports call it. `Sdk` is the part of its SDK that is used. */
export interface AwsService<Sdk> {
  /** Sends the command that is made of the SDK; throws what the SDK throws. */
  send<Output>(command: (sdk: Sdk) => object): Promise<Output>;
  /** What a failed call is thrown as. */
  failed(cause: unknown, call: AwsCall): Promise<XorcaError>;
}

/** How a service's client comes about. */
export interface AwsServiceOptions<Sdk> {
  /** The factory whose options these are, for errors. */
  readonly where: string;
  /** Package of the SDK, for errors. */
  readonly sdk: string;
  readonly load: () => Promise<Sdk>;
  readonly make: (sdk: Sdk, config: object) => AwsClient;
  /** The region that the resource itself names, if it does: that of the client that is made, and told where a given one has another. */
  readonly home?: string | undefined;
}

// A connection within a region takes some ms. The SDK has no limit of its own: a call that nobody answers would take the invocation along.
const CONNECT_MS = 2_000;
// The slowest calls here bring bodies of some MB; those take a second or two.
const ANSWER_MS = 10_000;

/** A service whose SDK and client are there with the first call, so that a cold start pays for nothing that it does not use. */
export function awsService<Sdk>(
  { client, region }: AwsConnection,
  { where, sdk, load, make, home }: AwsServiceOptions<Sdk>,
): AwsService<Sdk> {
  if (client !== undefined && typeof client?.send !== 'function') {
    throw new XorcaError('XORCA_CONFIG', `client of ${where} has no method send: pass a client of ${sdk}.`);
  }
  if (region !== undefined && (typeof region !== 'string' || region === '')) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `region of ${where} must be the name of a region, such as "eu-central-1".`,
    );
  }
  if (client !== undefined && region !== undefined) {
    throw new XorcaError(
      'XORCA_CONFIG',
      `${where} has a client and a region: the client has its own. Give one of them.`,
    );
  }
  let made: Promise<{ readonly sdk: Sdk; readonly client: AwsClient }> | undefined;

  async function open(): Promise<{ readonly sdk: Sdk; readonly client: AwsClient }> {
    const part = await load().catch((cause: unknown) => {
      throw new XorcaError(
        'XORCA_CONFIG',
        `${where} needs the package ${sdk}, which cannot be loaded: ${messageOf(cause)}. Install it.`,
        { cause },
      );
    });
    const config = {
      ...((region ?? home) === undefined ? {} : { region: region ?? home }),
      requestHandler: {
        connectionTimeout: CONNECT_MS,
        // Until the answer begins, and for each pause within it.
        requestTimeout: ANSWER_MS,
        socketTimeout: ANSWER_MS,
        throwOnRequestTimeout: true,
      },
    };
    return { sdk: part, client: client ?? make(part, config) };
  }

  return {
    async send<Output>(command: (sdk: Sdk) => object) {
      made ??= open();
      const opened = await made;
      return (await opened.client.send(command(opened.sdk) as never)) as Output;
    },
    async failed(cause, call) {
      const opened = await made?.catch(() => undefined);
      return awsError(cause, { ...call, home, region: await regionOf(opened?.client) });
    },
  };
}

// `arn:aws:sns:<region>:…`, `https://sqs.<region>.amazonaws.com/…`.
const HOMES = [
  /^arn:aws[\w-]*:[\w-]+:([a-z]{2}[\w-]+-\d):/,
  /^https:\/\/sqs\.([a-z]{2}[\w-]+-\d)\.amazonaws\./,
];

/** The region that an ARN or the URL of a queue names. */
export function homeOf(resource: string): string | undefined {
  for (const pattern of HOMES) {
    const [, region] = pattern.exec(resource) ?? [];
    if (region !== undefined) return region;
  }
  return undefined;
}

/** A client of the SDK knows its region; one that only has `send` does not say it. */
async function regionOf(client: AwsClient | undefined): Promise<string | undefined> {
  const { config } = (client ?? {}) as { config?: { region?: unknown } };
  try {
    const region: unknown = typeof config?.region === 'function' ? await config.region() : config?.region;
    return typeof region === 'string' ? region : undefined;
  } catch {
    return undefined;
  }
}
