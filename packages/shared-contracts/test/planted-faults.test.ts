/** The contract suite finds each fault that is planted in the fixture: a suite that never fails proves nothing. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cell, openCell } from '@causeway/shared-contracts/contract/cell'
import type { DomainContract } from '@causeway/shared-contracts/contract/domain-contract'
import { DURABILITY_CHECKS } from '@causeway/shared-contracts/contract/durability-checks'
import { ISOLATION_CHECKS } from '@causeway/shared-contracts/contract/isolation-checks'
import { PACKAGE_CHECKS } from '@causeway/shared-contracts/contract/manifest-checks'
import { PROCESS_CHECKS } from '@causeway/shared-contracts/contract/process-checks'
import { openTrustingPlace, type TrustingPlace } from '@causeway/shared-contracts/contract/trusting-place'
import { CELL_CHECKS } from '@causeway/shared-contracts/run-domain-contract'
import { startHttp } from '@causeway/shared-contracts/start-http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { NOTE_CONTRACT } from './fixture/note-contract.ts'

const root = mkdtempSync(join(tmpdir(), 'causeway-faults-'))
const dirOf = (name: string) => join(root, name)
const plant = (dir: string, fault: string) => writeFileSync(join(dir, 'fault'), fault)
const planted = (fault: string): DomainContract => ({ ...NOTE_CONTRACT, env: { FIXTURE_FAULT: fault } })

afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Runs the check of that title, which must be there. */
function run<Args extends unknown[]>(
  checks: readonly { title: string; run(...args: Args): Promise<void> }[],
  title: string,
  ...args: Args
): Promise<void> {
  const check = checks.find((each) => each.title.startsWith(title))
  if (!check) throw new Error(`Cannot find the check "${title}"`)
  return check.run(...args)
}

describe('in a cell', () => {
  let cell: Cell
  beforeAll(async () => {
    cell = await openCell(NOTE_CONTRACT, dirOf('cell'), { era: 'modern', transport: 'http' })
  })
  afterAll(() => cell.stop())
  afterEach(() => plant(dirOf('cell'), ''))

  it.each([
    ['mutating read', 'changes nothing by reading', 'list_notes read twice'],
    ['page gap', 'pages without a gap', 'misses rows'],
    ['repeated row', 'pages without a gap', 'repeats a row'],
    ['ignored limit', 'pages without a gap', 'rows of list_notes'],
    ['huge result', 'answers every reading tool', 'found more than fits'],
    ['done twice', 'does a repeated create once', 'replayed'],
    ['listed, not callable', 'answers every writing tool', 'change_note: No note hello'],
    ['unconfirmed deletion', 'destroys nothing before', 'delete_note asks for confirmation'],
  ])('finds a %s', async (fault, title, told) => {
    plant(dirOf('cell'), fault)
    await expect(run(CELL_CHECKS, title, NOTE_CONTRACT, cell)).rejects.toThrow(told)
  })

  it.each([
    ['a list in another order', { tools: NOTE_CONTRACT.tools.toReversed() }, 'lists its tools', 'expected'],
    ['a list that costs too much', { maxListTokens: 100 }, 'lists its tools', 'tokens'],
    ['a tool without a sample', { writes: [] }, 'has a sample', 'writes of this contract'],
    ['a paged tool that is not walked', { pages: [] }, 'has a sample', 'pages of this contract'],
    ['a tool that is not there', { tools: ['drop_note'] }, 'answers every tool it lists', 'drop_note'],
    ['facts of another version', planted('breaking schema'), 'tells of each tool', 'get_note'],
  ])('finds %s', async (_what, changes, title, told) => {
    await expect(run(CELL_CHECKS, title, { ...NOTE_CONTRACT, ...changes }, cell)).rejects.toThrow(told)
  })
})

describe('between callers', () => {
  let place: TrustingPlace
  beforeAll(async () => {
    place = await openTrustingPlace(NOTE_CONTRACT, dirOf('trusting'))
  })
  afterAll(() => place.stop())
  afterEach(() => plant(dirOf('trusting'), ''))

  it.each([
    ['leaked cursor', 'continues nobody else’s pages'],
    ['leaked confirmation', 'takes nobody else’s confirmation'],
    ['shared replay', 'replays nobody else’s write'],
    ['leaked export', 'shows nobody else’s exports'],
  ])('finds a %s', async (fault, title) => {
    plant(dirOf('trusting'), fault)
    await expect(run(ISOLATION_CHECKS, title, NOTE_CONTRACT, place)).rejects.toThrow('another')
  })
})

describe('in the package', () => {
  it('finds a stale manifest', async () => {
    await expect(run(PACKAGE_CHECKS, 'has a current', planted('stale manifest'))).rejects.toThrow('npm run manifests')
  })

  it('finds a breaking schema change', async () => {
    await expect(run(PACKAGE_CHECKS, 'breaks nobody', planted('breaking schema'))).rejects.toThrow(
      'get_note no longer takes or gives',
    )
  })

  it('finds a stable domain server that has promised nothing', async () => {
    const folder = dirOf('package')
    cpSync(join(NOTE_CONTRACT.folder as string, 'domain.manifest.json'), join(folder, 'domain.manifest.json'))
    await expect(run(PACKAGE_CHECKS, 'breaks nobody', { ...NOTE_CONTRACT, folder })).rejects.toThrow(
      'what is stable has a domain.released.json',
    )
  })
})

describe('in the process', () => {
  it('finds a broken dependency, and a call that nobody can cancel', async () => {
    const running = await startHttp(NOTE_CONTRACT, dirOf('process'))
    try {
      plant(dirOf('process'), 'broken dependency')
      await expect(run(PROCESS_CHECKS, 'answers /livez', NOTE_CONTRACT, running)).rejects.toThrow('/readyz')
      plant(dirOf('process'), 'deaf to cancellation')
      const impatient = { url: running.url, patienceMs: 300 }
      await expect(run(PROCESS_CHECKS, 'frees what', NOTE_CONTRACT, impatient)).rejects.toThrow('nothing runs any more')
    } finally {
      await running.kill()
    }
  })

  it('finds a write that is acknowledged before it is kept', async () => {
    await expect(run(DURABILITY_CHECKS, 'loses nothing', planted('lost write'), dirOf('lost'))).rejects.toThrow(
      'after a kill',
    )
  })
})
