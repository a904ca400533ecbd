/** A lock token as the tag of its delivery: the first three fields of a GUID are little-endian there, and back. */
export function reorder(token: Buffer): Buffer {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return Buffer.from(order.map((from) => token[from] ?? 0));
}
