/** A vitest reporter that writes how many tests passed and failed, so that nothing that went wrong is counted as nothing. */
import { writeFileSync } from 'node:fs'

/** The variable that names the file to write to. */
export const COUNT_FILE = 'TEST_COUNT_FILE'

/** Counts at the end of a run; a file that broke outside of its tests, and an error outside of any file, count as failures. */
export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const total = { passed: 0, failed: unhandledErrors.length }
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state)
      total.passed += states.filter((state) => state === 'passed').length
      // A test is still pending when its process died under it.
      const failed = states.filter((state) => state === 'failed' || state === 'pending').length
      total.failed += failed === 0 && module.state() === 'failed' ? 1 : failed
    }
    writeFileSync(process.env[COUNT_FILE] ?? '', JSON.stringify(total))
  }
}
