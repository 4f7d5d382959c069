/** The contract every domain server passes: run it in a test file and it tells what would break whom, in both eras and over both transports. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CELLS, type Cell, type CellKind, openCell } from './contract/cell.ts'
import { declareTrustChecks } from './contract/declare-trust-checks.ts'
import { createDirectories, type Directories } from './contract/directories.ts'
import type { DomainContract } from './contract/domain-contract.ts'
import { DURABILITY_CHECKS } from './contract/durability-checks.ts'
import { LISTING_CHECKS } from './contract/listing-checks.ts'
import { MANIFEST_CHECKS, PACKAGE_CHECKS } from './contract/manifest-checks.ts'
import { PAGING_CHECKS } from './contract/paging-checks.ts'
import { PROCESS_CHECKS } from './contract/process-checks.ts'
import { READING_CHECKS } from './contract/reading-checks.ts'
import { WRITING_CHECKS } from './contract/writing-checks.ts'
import { startHttp } from './start-http.ts'

/** What holds in each cell; reading comes before anything is written. */
export const CELL_CHECKS = [
  ...LISTING_CHECKS,
  ...MANIFEST_CHECKS,
  ...READING_CHECKS,
  ...PAGING_CHECKS,
  ...WRITING_CHECKS,
]

/** Declares the contract's tests for one domain server. */
export function runDomainContract(contract: DomainContract): void {
  const directories = createDirectories()
  afterAll(() => directories.removeAll())
  describe('contract, the package', () => {
    for (const { title, run } of PACKAGE_CHECKS) it(title, () => run(contract))
  })
  // First, because the others start from what this one has seeded.
  declareProcessChecks(contract, directories)
  for (const kind of CELLS) declareCellChecks(contract, kind, directories)
  declareTrustChecks(contract, directories)
  describe('contract, killed', () => {
    for (const { title, run } of DURABILITY_CHECKS) it(title, () => run(contract, directories.fresh()))
  })
}

function declareProcessChecks(contract: DomainContract, directories: Directories): void {
  describe('contract, the process', () => {
    let running: Awaited<ReturnType<typeof startHttp>>
    beforeAll(async () => {
      running = await startHttp(contract, directories.seed)
    })
    afterAll(() => running?.stop())
    for (const { title, run } of PROCESS_CHECKS) it(title, () => run(contract, running))
    it('ends on SIGTERM', async () => expect(await running.stop()).toBe(0))
  })
}

function declareCellChecks(contract: DomainContract, kind: CellKind, directories: Directories): void {
  describe(`contract, ${kind.era} over ${kind.transport}`, () => {
    let cell: Cell
    beforeAll(async () => {
      cell = await openCell(contract, directories.fresh(), kind)
    })
    afterAll(() => cell?.stop())
    for (const { title, run } of CELL_CHECKS) it(title, () => run(contract, cell))
  })
}
