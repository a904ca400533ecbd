/** The leases that a lock of this program holds, for those who write the same blobs. */
export interface BlobLeases {
  /** Container and prefix of the blobs that it leases. */
  readonly place: string;
  /** The id of the lease that is held on the blob with this key; once taken it is named until it is given back, even after it was lost. */
  on(key: string): string | undefined;
}
