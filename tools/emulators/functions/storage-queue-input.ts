import type { DequeuedMessageItem } from '@azure/storage-queue';
import { json, metadata, offsetTime, text, withBody } from './binding-data.ts';
import type { Input } from './rpc.ts';

/** What the host gives a Storage Queue trigger for a message, with its text as it is after decoding. */
export function storageQueueInput(message: DequeuedMessageItem): Input {
  const { messageText: body } = message;
  // QueueTriggerBinding.cs of
  // https://github.com/Azure/azure-sdk-for-net/tree/main/sdk/storage/Microsoft.Azure.WebJobs.Extensions.Storage.Queues
  const triggerMetadata = metadata({
    QueueTrigger: text(body),
    DequeueCount: json(message.dequeueCount),
    ExpirationTime: json(offsetTime(message.expiresOn)),
    Id: text(message.messageId),
    InsertionTime: json(offsetTime(message.insertedOn)),
    NextVisibleTime: json(offsetTime(message.nextVisibleOn)),
    PopReceipt: text(message.popReceipt),
  });
  return { data: { string: body }, triggerMetadata: withBody(triggerMetadata, body) };
}
