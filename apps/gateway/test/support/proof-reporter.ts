/** A vitest reporter that prints what the passed tests proved, the matrix and the requirements, and fails the run when something is missing. */
import type { Reporter, TestCase, TestModule } from 'vitest/node'
import type { Proof } from '../matrix/cells.ts'
import { matrixTable } from '../matrix/matrix-table.ts'
import { REQUIREMENTS, type Requirement } from '../requirements.ts'

/** Knows only of whole runs: what did not run proved nothing. */
export default class ProofReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const passed = modules.flatMap((module) => [...module.children.allTests('passed')])
    const proofs = passed.flatMap((test) => (test.meta() as { proves?: Proof[] }).proves ?? [])
    const matrix = matrixTable(proofs)
    const unproved = unprovedBy(passed)
    const told = unproved.map((id) => `✗ No passed test cites ${id}\n`)
    const cited = `Requirements: ${ALL.length}, built: ${BUILT.length}, cited by passed tests: ${BUILT.length - unproved.length}\n`
    process.stdout.write(`\n${matrix.text}\n\n${cited}${told.join('')}`)
    if (matrix.problems.length > 0 || unproved.length > 0) process.exitCode = 1
  }
}

const ALL: readonly [string, Requirement][] = Object.entries(REQUIREMENTS)
const BUILT = ALL.filter(([, { isBuilt }]) => isBuilt).map(([id]) => id)

function unprovedBy(passed: readonly TestCase[]): string[] {
  const titles = passed.map(({ fullName }) => fullName).join('\n')
  return BUILT.filter((id) => !titles.includes(`[${id}]`))
}
