/**
 * What the publishers of clouds share: batches by count and bytes, only what was refused sent again, the order of each subject, exact
 * failures, claim checks. An entry of its own: whoever writes no publisher never meets these names.
 */
export { batchPublisher, type Pauses } from './publishers/batch-publisher.ts';
export { type BatchService, type Refused, tooLarge } from './publishers/batch-service.ts';
export { bytesOf, messageText } from './publishers/message-text.ts';
export { assertPublishOptions, type PublishOptions, withClaims } from './publishers/publish-options.ts';
export { type WakeMessage, wakeMessage } from './publishers/wake-message.ts';
