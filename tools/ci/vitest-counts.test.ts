import { describe, expect, it } from 'vitest';
import { countTests } from './vitest-counts.mjs';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});
const report = (...testResults: object[]) => JSON.stringify({ testResults });

describe('the count of tests', () => {
  it('adds up all files, without the skipped ones', () => {
    const all = report(file('passed', 'passed', 'passed', 'skipped'), file('failed', 'passed', 'failed'));
    expect(countTests(all, false)).toEqual({ passed: 3, failed: 1 });
  });

  it('takes a file that did not load for one failed test', () => {
    expect(countTests(report(file('passed', 'passed'), file('failed')), false)).toEqual({
      passed: 1,
      failed: 1,
    });
  });

  it('never takes a failed run for a good one', () => {
    expect(countTests(report(file('passed', 'passed')), false)).toEqual({ passed: 1, failed: 1 });
    expect(countTests(undefined, false)).toEqual({ passed: 0, failed: 1 });
    expect(countTests('{"testRes', false)).toEqual({ passed: 0, failed: 1 });
  });
});
