/**
 * Whether any state takes a type. Asked before a machine is even restored: xstate remembers every type it was ever sent, so
 * a stranger's made-up types must not reach it.
 */
export function acceptor(descriptors: readonly string[]): (type: string) => boolean {
  const exact = new Set(descriptors);
  const prefixes = descriptors.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -1));
  return (type) =>
    exact.has(type) ||
    exact.has('*') ||
    prefixes.some((prefix) => type.startsWith(prefix) || type === prefix.slice(0, -1));
}
