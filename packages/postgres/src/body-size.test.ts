import { expect, it } from 'vitest';
import { assertBodySize } from './body-size.ts';

it('a body is measured in bytes of UTF-8, not in letters', () => {
  for (const body of ['', 'x'.repeat(12), '日'.repeat(4), '🦈'.repeat(3)])
    assertBodySize({ id: 'p', body }, 12);
  for (const body of ['x'.repeat(13), '日'.repeat(5), '🦈'.repeat(3).concat('x')]) {
    expect(() => assertBodySize({ id: 'p', body }, 12)).toThrow(
      expect.objectContaining({ code: 'XORCA_STATE_TOO_LARGE', processId: 'p', retryable: false }),
    );
  }
});
