/** Many records share a write and many intents a wait for the disk; a disk that fails loses nothing unseen. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FailingFiles, failingFiles } from '../../test/support/failing-files.ts'
import { verifies } from '../../test/support/verifies.ts'
import { ChainWriter } from './chain-writer.ts'
import { type AuditRecord, allRecords } from './read-records.ts'
import { listSegments } from './segment-name.ts'
import { systemBody } from './system-record.ts'
import { verifyChain } from './verify-chain.ts'

const INSTANCE = 'abcdefghijkl'
let folder: string
let files: FailingFiles
let writer: ChainWriter
let troubles: unknown[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-chain-'))
  files = failingFiles()
  troubles = []
  writer = newWriter()
})
afterEach(async () => {
  files.isFull = false
  await writer.end()
  rmSync(folder, { recursive: true, force: true })
})

const newWriter = (maxSegmentBytes?: number) =>
  new ChainWriter({
    folder,
    instance: INSTANCE,
    files,
    now: Date.now,
    lossBody: ({ count }) => body('lost', { count }),
    onWritten() {},
    onTrouble: (error) => troubles.push(error),
    ...(maxSegmentBytes === undefined ? {} : { maxSegmentBytes }),
  })
const body = (event: 'lost' | 'ended', told: object) =>
  systemBody(event, { ...told }, { timeMs: Date.now(), instance: INSTANCE })
const numbered = (i: number, more = {}) => body('ended', { i, ...more })
const records = (): AuditRecord[] => [...allRecords(folder, {})].map(({ record }) => record)
const numbers = () => records().map(({ args }) => (args as { i?: number }).i)
const problem = () => verifyChain(INSTANCE, listSegments(folder), { sightings: [], deletedUpTo: undefined }).problem

it('intents that come together share a wait for the disk, and each is there when it is told so', async () => {
  files.syncMs = 5
  const waits = Array.from({ length: 200 }, async (_, i) => {
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, i / 20))
    await writer.appendDurably(numbered(i))
    expect(readFileSync(join(folder, readdirSync(folder)[0] as string), 'utf8')).toContain(`"i":${i}}`)
  })
  await Promise.all(waits)
  expect(files.syncs).toBeLessThan(40)
  expect(new Set(numbers()).size).toBe(200)
  expect(problem()).toBeUndefined()
})

it('records that nobody waits for are written without a wait for the disk, in order', async () => {
  for (let i = 0; i < 300; i++) writer.append(numbered(i))
  await writer.flush()
  expect(files.syncs).toBe(0)
  expect(numbers()).toEqual(Array.from({ length: 300 }, (_, i) => i))
})

it('records that come during a write gather for the next one', async () => {
  files.writeMs = 5
  for (let i = 0; i < 300; i++) {
    writer.append(numbered(i))
    if (i % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await writer.flush()
  expect(numbers()).toHaveLength(300)
  expect(files.writes).toBeLessThan(10)
})

it('a record that has waited long enough during a write is in the one that follows at once', async () => {
  files.writeMs = 80
  writer.append(numbered(0))
  while (files.writes === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  writer.append(numbered(1))
  while (writer.head.seq < 1) await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
  expect([files.writes, writer.waiting]).toEqual([2, 0])
})

it('a flush ends once what came before it is written, however much comes behind it', async () => {
  files.writeMs = 5
  let appended = 0
  const coming = setInterval(() => writer.append(numbered(appended++)), 1)
  while (appended < 20) await new Promise((resolve) => setTimeout(resolve, 1))
  const before = appended
  const isEndless = await Promise.race([
    writer.flush().then(() => false),
    new Promise((resolve) => setTimeout(resolve, 3_000, true)),
  ])
  clearInterval(coming)
  expect(isEndless).toBe(false)
  expect(numbers().length).toBeGreaterThanOrEqual(before)
})

it(
  verifies(
    'reliability.disk',
    'what is left of a failed write is cut off before anything follows, also when it cannot be cut at once',
  ),
  async () => {
    await writer.appendDurably(numbered(0))
    Object.assign(files, { isFull: true, partBytes: 1_000, canCut: false })
    writer.append(numbered(1))
    writer.append(numbered(2))
    await expect(writer.appendDurably(numbered(3))).rejects.toThrow('ENOSPC')
    await expect(writer.appendDurably(numbered(4))).rejects.toThrow('ENOSPC')
    expect(troubles).toHaveLength(1)
    Object.assign(files, { isFull: false, canCut: true })
    await writer.flush()
    await writer.appendDurably(numbered(5))
    expect(numbers()).toEqual([0, 1, 2, 5])
    expect(problem()).toBeUndefined()
    expect([troubles.length, troubles[1]]).toEqual([2, undefined])
  },
)

it(
  verifies('reliability.disk', 'records that find no room in memory are counted, and the chain tells of them'),
  async () => {
    await writer.appendDurably(numbered(0))
    files.isFull = true
    const large = { text: 'x'.repeat(1_000_000) }
    for (let i = 1; i <= 40; i++) writer.append(numbered(i, large))
    await writer.flush()
    files.isFull = false
    await writer.flush()
    writer.append(numbered(41))
    await writer.flush()
    const kept = numbers().filter((i) => i !== undefined)
    const lost = records().filter(({ method }) => method === 'causeway/audit/lost')
    const [{ args }] = lost as [AuditRecord]
    expect(lost).toHaveLength(1)
    expect(kept.length - 2 + (args as { count: number }).count).toBe(40)
    expect(kept.length).toBeLessThan(20)
    expect(problem()).toBeUndefined()
  },
)

it('a segment that is full is followed by the next one of the same chain', async () => {
  await writer.end()
  writer = newWriter(2_000)
  for (let i = 0; i < 20; i++) await writer.appendDurably(numbered(i))
  expect(listSegments(folder).length).toBeGreaterThan(4)
  expect(numbers()).toEqual(Array.from({ length: 20 }, (_, i) => i))
  expect(problem()).toBeUndefined()
})
