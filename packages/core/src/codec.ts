/**
 * What lies between a runner and its store: compression, encryption, and large bodies elsewhere; and between a runner and its bus: large
 * events elsewhere. An entry of its own: whoever needs none of it carries none of it.
 */
export {
  type EventHandler,
  type ReadEventClaimOptions,
  readEventClaims,
} from './event-claims/read-event-claims.ts';
export { type EventClaimOptions, withEventClaims } from './event-claims/with-event-claims.ts';
export { type ClaimCheckOptions, type ClaimCheckStore, withClaimCheck } from './stores/claim-check.ts';
export type { SweepResult } from './stores/claim-check-sweep.ts';
export type { BodyAbout, BodyCodec, EncodedBody } from './stores/codec/body-codec.ts';
export { type CompressionAlgorithm, type CompressOptions, compress } from './stores/codec/compress.ts';
export { type EncryptOptions, encrypt } from './stores/codec/encrypt.ts';
export type { EncryptionKey } from './stores/codec/encryption-key.ts';
export { withCodec } from './stores/codec/with-codec.ts';
export type { KeyPage, ObjectStorage, PutCondition, StoredObject } from './stores/object-storage.ts';
