/**
 * JSON as queues take it whose answers are XML, as those of SQS, SNS and Storage Queue are. Of XML's characters they know all but two that JSON leaves as they are; written as escapes,
 * they come back from the JSON. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export function messageText(value: object): string {
  return JSON.stringify(value).replace(/[\ufffe\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
}

/** Bytes of a text in UTF-8. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
