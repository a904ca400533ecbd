import type { AwsService } from '../aws-client.ts';
import { awsErrorName } from '../aws-errors.ts';

type EventBridgeSdk = typeof import('../sdk/eventbridge-sdk.ts');

/**
 * Asks once whether a bus is there, before the first events go to it. PutEvents says that it took events for a bus that there is not, and
 * they are gone: https://github.com/aws/aws-cli/issues/9186. Resolves where nobody may ask (`events:DescribeEventBus`), as for a bus of
 * another account; throws what the SDK throws where there is none, or no answer.
 */
export function busCheck(service: AwsService<EventBridgeSdk>, bus: string): () => Promise<void> {
  let found: Promise<void> | undefined;

  async function look(): Promise<void> {
    try {
      await service.send((sdk) => new sdk.DescribeEventBusCommand({ Name: bus }));
    } catch (cause) {
      if (!/^AccessDenied/.test(awsErrorName(cause))) throw cause;
    }
  }

  return () => {
    found ??= look().catch((cause: unknown) => {
      // Made meanwhile, perhaps: the next call asks again.
      found = undefined;
      throw cause;
    });
    return found;
  };
}
