import { Buffer } from 'node:buffer';

/**
 * JSON as SQS and SNS take it. Of XML's characters they know all but two that JSON leaves as they are; written as escapes,
 * they come back from the JSON. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export function messageText(value: object): string {
  return JSON.stringify(value).replace(/[\ufffe\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
}

/** Bytes of a text in UTF-8. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
