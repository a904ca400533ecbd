import { XorcaError } from '@xorca/core';

/** A test for event types: a type itself, or a pattern where `*` stands for any run of characters: `evt.*`, `*.error`. */
export function typeMatcher(patterns: readonly string[]): (type: string) => boolean {
  for (const pattern of patterns) {
    if (typeof pattern !== 'string' || pattern === '') {
      throw new XorcaError(
        'XORCA_CONFIG',
        `types must be event types or patterns such as 'evt.*', not ${JSON.stringify(pattern)}.`,
      );
    }
  }
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const globs = patterns.filter((pattern) => pattern.includes('*')).map(globOf);
  return (type) => exact.has(type) || globs.some((glob) => glob(type));
}

// No regular expression: `*a*a*a*b` would make one take exponential time over a hostile type.
function globOf(pattern: string): (type: string) => boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop() ?? '';
  return (type) => {
    if (!type.startsWith(first) || !type.endsWith(last)) return false;
    const end = type.length - last.length;
    let at = first.length;
    for (const part of rest) {
      const found = type.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= end;
  };
}
