/** A vitest reporter that prints the matrix of what the passed stories proved, and fails the run when a cell is missing. */
import type { Reporter, TestModule } from 'vitest/node'
import type { Proof } from './cells.ts'
import { matrixTable } from './matrix-table.ts'

/** Knows only of whole runs: what did not run proved nothing. */
export default class MatrixReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const passed = modules.flatMap((module) => [...module.children.allTests('passed')])
    const proofs = passed.flatMap((test) => (test.meta() as { proves?: Proof[] }).proves ?? [])
    const { text, problems } = matrixTable(proofs)
    process.stdout.write(`\n${text}\n`)
    if (problems.length > 0) process.exitCode = 1
  }
}
