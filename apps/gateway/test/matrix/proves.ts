/** How a story says which cells of the matrix it proves; the run collects what was said and prints it. */
import { TestRunner } from 'vitest'
import type { Proof } from './cells.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** The cells that the test proves. */
    proves?: Proof[]
  }
}

/** Declares, within a test and behind its expectations, what it proves; it counts when the test passes. */
export function proves(...proofs: readonly Proof[]): void {
  const { meta } = TestRunner.getCurrentTest() ?? {}
  if (!meta) throw new Error('Cannot declare a proof: no test is running')
  meta.proves = [...(meta.proves ?? []), ...proofs]
}
