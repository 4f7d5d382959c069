/** Counts the tests in vitest's JSON report, so that nothing that went wrong is counted as nothing. */

/**
 * How many tests passed and failed. A file that broke before its tests ran, an error outside of any test, a run
 * without tests and a missing report each count as one failure.
 * @param {string} report the JSON report, empty if there is none
 * @param {number} exitCode what vitest ended with
 */
export function countTests(report, exitCode) {
  const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = parse(report)
  const broken = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length
  const failed = numFailedTests + broken
  const isLost = failed === 0 && (exitCode !== 0 || numPassedTests === 0)
  return { passed: numPassedTests, failed: isLost ? 1 : failed }
}

function parse(report) {
  try {
    return JSON.parse(report)
  } catch {
    return {}
  }
}
