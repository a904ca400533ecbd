import { field, type Origin } from '@xorca/core/handlers';
import type { FunctionsContext } from './functions-types.ts';

/** How a trigger names what the host says of its messages. */
export interface MetadataNames {
  readonly trigger: string;
  readonly id: string;
  readonly count: string;
}

/**
 * Where each message of an invocation came from. Of a batch the host gives lists, whose names end in `Array`:
 * https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-service-bus-trigger#message-metadata
 */
export function originsOf(
  { triggerMetadata }: FunctionsContext,
  count: number,
  { trigger, id, count: deliveries }: MetadataNames,
): readonly Origin[] {
  return Array.from({ length: count }, (_, at) => {
    const of = (name: string) => {
      const list = field(triggerMetadata, `${name}Array`);
      return Array.isArray(list)
        ? (list[at] as unknown)
        : count === 1
          ? field(triggerMetadata, name)
          : undefined;
    };
    const messageId = of(id);
    const receiveCount = Number(of(deliveries));
    return {
      trigger,
      ...(typeof messageId === 'string' ? { messageId } : {}),
      ...(Number.isSafeInteger(receiveCount) && receiveCount > 0 ? { receiveCount } : {}),
    };
  });
}
