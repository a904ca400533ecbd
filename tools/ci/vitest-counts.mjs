/**
 * @typedef {{ passed: number, failed: number }} Counts
 * @typedef {{ status: string, assertionResults: { status: string }[] }} TestFile
 */

/**
 * Tests that passed and failed, from vitest's JSON report. A file that could not be loaded counts as one failed test,
 * and so does a run that failed without naming a test: a failure never counts as none.
 * @param {string | undefined} report text of the report, undefined when there is none
 * @param {boolean} ok whether vitest ended well
 * @returns {Counts}
 */
export function countTests(report, ok) {
  let passed = 0;
  let failed = 0;
  for (const file of filesOf(report)) {
    passed += file.assertionResults.filter(({ status }) => status === 'passed').length;
    const failures = file.assertionResults.filter(({ status }) => status === 'failed').length;
    failed += failures === 0 && file.status === 'failed' ? 1 : failures;
  }
  return { passed, failed: failed === 0 && !ok ? 1 : failed };
}

/**
 * @param {string | undefined} report
 * @returns {TestFile[]}
 */
function filesOf(report) {
  if (report === undefined) return [];
  try {
    return /** @type {{ testResults: TestFile[] }} */ (JSON.parse(report)).testResults;
  } catch {
    // vitest was stopped while it wrote.
    return [];
  }
}
