/** Whatever is done to the files of the record is found, and the first record that is not what it was is named. */
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { verifies } from '../../test/support/verifies.ts'
import type { Config } from '../config/schema.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { type Audit, createAudit } from './audit.ts'
import { EMPTY_HEAD, MAX_FRAME_BYTES, readPlace, sealInto } from './chain.ts'
import { sweepSegments } from './retention.ts'
import { segmentName } from './segment-name.ts'
import { systemBody } from './system-record.ts'
import { type AuditReport, verifyAudit } from './verify-audit.ts'

const CONFIG: Config['audit'] = { arguments: 'redacted', redact: [], checkpoints: null, retentionMs: 86_400_000 }
const DAY_MS = 86_400_000
let dir: string
let store: Store

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-audit-'))
  store = openStore(dir, {})
})
afterEach(() => {
  store.close()
  rmSync(dir, { recursive: true, force: true })
})

const folder = () => join(dir, 'audit')
const checkpoints = () => join(dir, 'audit-checkpoints')
const segments = () =>
  readdirSync(folder())
    .sort()
    .map((name) => join(folder(), name))
const start = (now = () => Date.now()) => createAudit({ config: CONFIG, store, log: pino({ level: 'silent' }), now })
const keys = () => new Map(store.auditKeys.published().map(({ kid, publicJwk }) => [kid, publicJwk]))
const verify = () => verifyAudit({ folder: folder(), checkpoints: checkpoints(), keys: keys() })
const problems = (report: AuditReport) =>
  report.chains.flatMap(({ problem }) => (problem ? [[problem.kind, problem.seq]] : []))

function add(audit: Audit, count: number, nowMs = Date.now()): void {
  for (let i = 0; i < count; i++) audit.append(systemBody('ended', { i }, { timeMs: nowMs, instance: audit.instance }))
}

/** A chain of `count` records: its beginning, its end and what is between. */
async function chain(count: number): Promise<string> {
  const audit = start()
  await audit.flush()
  add(audit, count - 2)
  await audit.close()
  return audit.instance
}

const lines = () =>
  readFileSync(segments()[0] as string, 'utf8')
    .trimEnd()
    .split('\n')
const write = (changed: readonly string[]) => writeFileSync(segments()[0] as string, `${changed.join('\n')}\n`)

/** The lines from `from` on, hashed anew as somebody would who has no key. */
function rehashed(all: readonly string[], from: number): string[] {
  let head = from === 0 ? EMPTY_HEAD : (readPlace(all[from - 1] as string) as { seq: number; hash: string })
  return all.map((line, index) => {
    if (index < from) return line
    const body = line.replace(/^\{"v":1,"seq":\d+/, '').replace(/,"prevHash".*$/, '')
    const target = Buffer.alloc(Buffer.byteLength(body) + MAX_FRAME_BYTES)
    const sealed = sealInto(target, 0, Buffer.from(body), head)
    head = sealed
    return target.toString('utf8', 0, sealed.end - 1)
  })
}

describe(verifies('audit.tamper', 'a chain'), () => {
  it('is good as it was written', async () => {
    await chain(40)
    expect(verify()).toMatchObject({
      records: 40,
      isKeyTrusted: true,
      chains: [{ firstSeq: 1, lastSeq: 40, tornBytes: 0 }],
    })
    expect(problems(verify())).toEqual([])
  })

  it.each<[what: string, tamper: (all: string[]) => string[], kind: string, seq: number]>([
    ['a changed record', (all) => all.with(9, (all[9] as string).replace('"i":8', '"i":7')), 'changed', 10],
    [
      'one changed character of a hash',
      (all) => all.with(9, (all[9] as string).replace(/.("\})$/, 'x$1')),
      'changed',
      10,
    ],
    [
      'a changed record that was hashed anew',
      (all) => all.with(9, rehashed(all.with(9, (all[9] as string).replace('"i":8', '"i":7')), 9)[9] as string),
      'changed',
      10,
    ],
    ['a removed record', (all) => all.toSpliced(9, 1), 'removed', 10],
    ['the first record removed', (all) => all.slice(1), 'removed', 1],
    [
      'two records in each other’s place',
      (all) => all.with(9, all[10] as string).with(10, all[9] as string),
      'reordered',
      10,
    ],
    ['a record twice', (all) => all.toSpliced(9, 0, all[8] as string), 'reordered', 9],
    ['a foreign line between', (all) => all.toSpliced(9, 0, '{"v":1}'), 'changed', 10],
    ['an empty line between', (all) => all.toSpliced(9, 0, ''), 'changed', 10],
    ['a line between that could fill the memory', (all) => all.toSpliced(9, 0, 'x'.repeat(9_000_000)), 'changed', 10],
    ['the end cut off', (all) => all.slice(0, 30), 'truncated', 31],
    ['the last record cut off', (all) => all.slice(0, -1), 'truncated', 40],
    [
      'all of it written anew',
      (all) => rehashed(all.with(9, (all[9] as string).replace('"i":8', '"i":7')), 9),
      'rewritten',
      2,
    ],
    [
      'more written behind its end',
      (all) => rehashed([...all.slice(0, -1), all[5] as string, all.at(-1) as string], 39),
      'rewritten',
      2,
    ],
  ])('with %s is not, and the record is named', async (_, tamper, kind, seq) => {
    await chain(40)
    write(tamper(lines()))
    expect(problems(verify())).toEqual([[kind, seq]])
  })

  it('with an endless line behind it is not, however it ends', async () => {
    await chain(5)
    for (const end of ['', '\n']) {
      appendFileSync(segments()[0] as string, 'x'.repeat(5_000_000) + end)
      expect(problems(verify())).toEqual([['changed', 6]])
    }
  })

  it('that is gone is missed', async () => {
    await chain(5)
    unlinkSync(segments()[0] as string)
    expect(problems(verify())).toEqual([['removed', 1]])
  })

  it('that a later one vouched for is missed too, without any checkpoint', async () => {
    await chain(10)
    write(lines())
    const [first] = segments()
    await chain(5)
    rmSync(checkpoints(), { recursive: true })
    expect(problems(verify())).toEqual([])
    writeFileSync(first as string, `${lines().slice(0, 6).join('\n')}\n`)
    expect(problems(verify())).toEqual([['truncated', 7]])
    unlinkSync(first as string)
    expect(problems(verify())).toEqual([['removed', 1]])
  })

  it('with a checkpoint that somebody else signed is not good', async () => {
    const instance = await chain(5)
    const path = join(checkpoints(), `${instance}.jsonl`)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/"signature":"../g, '"signature":"xx'))
    expect(problems(verify())).toEqual([['forged', 1]])
  })

  it.each(['checkpoint', 'retention'])(
    'is not excused by members behind the signature of a checkpoint: %s',
    async (kind) => {
      const instance = await chain(40)
      const all = lines()
      const { hash } = readPlace(all[29] as string) as { hash: string }
      const path = join(checkpoints(), `${instance}.jsonl`)
      const said = `,"kind":"${kind}","seq":30,"hash":"${hash}"}`
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/(,"signature":"[\w-]+")\}/g, `$1${said}`))
      write(kind === 'retention' ? all.slice(30) : all.slice(0, 30))
      expect(problems(verify())).not.toEqual([])
    },
  )

  it('that was written anew is not excused by a made-up chain that saw it so', async () => {
    const instance = await chain(40)
    const all = lines()
    write(rehashed(all.with(9, (all[9] as string).replace('"i":8', '"i":7')), 9))
    const witnesses = lines().map((line) => ({ instance, ...readPlace(line) }))
    const made = 'z'.repeat(12)
    const body = systemBody('started', { witnesses }, { timeMs: Date.now(), instance: made })
    const target = Buffer.alloc(Buffer.byteLength(body) + MAX_FRAME_BYTES)
    const { end } = sealInto(target, 0, Buffer.from(body), EMPTY_HEAD)
    writeFileSync(join(folder(), segmentName(made, 1, Date.now() + 60_000)), target.subarray(0, end))
    expect(problems(verify())).toEqual([['rewritten', 2]])
    expect(verify().chains.find((each) => each.instance === made)).toMatchObject({ isSigned: false })
    expect(verify().chains.find((each) => each.instance === instance)).toMatchObject({ isSigned: true })
  })

  it.each(['null', '7', '{"kind":"key","kid":"a","publicJwk":7}', '{"kind":"key","kid":"a","publicJwk":{"kty":"x"}}'])(
    'is verified beside a checkpoint file that holds %s',
    async (line) => {
      await chain(5)
      const checkpoint = '{"v":1,"kind":"end","instance":"a","seq":1,"hash":"b","time":"c","kid":"a","signature":"d"}'
      writeFileSync(join(checkpoints(), 'other.jsonl'), `${line}\n${checkpoint}\n`)
      expect(problems(verifyAudit({ folder: folder(), checkpoints: checkpoints() }))).toEqual([['forged', 1]])
    },
  )
})

it('a record that a crash cut off is told, and the next start vouches for what was before it', async () => {
  await chain(5)
  appendFileSync(segments()[0] as string, '{"v":1,"seq":6,"ti')
  const next = start()
  await next.close()
  const report = verify()
  expect(problems(report)).toEqual([])
  expect(report.chains[1]).toMatchObject({ lastSeq: 5, tornBytes: 18 })
  expect(
    (await next.readRecords({ limit: 10 })).find(({ args }) => (args as { witnesses?: unknown })?.witnesses),
  ).toMatchObject({
    args: { witnesses: [{ seq: 5, tornBytes: 18 }] },
  })
})

it('two at the same time on one directory keep two chains', async () => {
  const [a, b] = [start(), start()]
  for (let i = 0; i < 20; i++) add(i % 2 ? a : b, 3)
  await Promise.all([a.close(), b.close()])
  expect(problems(verify())).toEqual([])
  expect(verify().chains.map(({ records }) => records)).toEqual([32, 32])
})

it('a chain that runs over days is good in all its segments, and what is older than the retention goes as whole segments', async () => {
  let nowMs = Date.now() - 5 * DAY_MS
  const audit = start(() => nowMs)
  for (let day = 0; day < 4; day++) {
    add(audit, 10, nowMs)
    await audit.flush()
    nowMs += DAY_MS
  }
  await audit.close()
  expect(segments()).toHaveLength(5)
  expect(problems(verify())).toEqual([])
  const [middle] = segments().slice(1)
  const text = readFileSync(middle as string)
  unlinkSync(middle as string)
  expect(problems(verify())).toEqual([['removed', 12]])
  writeFileSync(middle as string, text)
  segments().forEach((path, day) => {
    const written = new Date(Date.now() - (day < 2 ? 3 : 0) * DAY_MS)
    utimesSync(path, written, written)
  })
  await start().close()
  expect(segments()).toHaveLength(4)
  const report = verify()
  expect(problems(report)).toEqual([])
  expect(report.chains[1]).toMatchObject({ firstSeq: 22, lastSeq: 42 })
  // What is left is held to where it began.
  unlinkSync(segments()[0] as string)
  expect(problems(verify())).toEqual([['removed', 22]])
})

describe('retention', () => {
  const age = () => {
    for (const path of segments()) utimesSync(path, new Date(0), new Date(0))
  }

  it('deletes no young records whose file was made to look old', async () => {
    await chain(5)
    age()
    await start().close()
    expect(segments()).toHaveLength(2)
  })

  it('is no way to have records deleted unseen: what makes them look old is found', async () => {
    await chain(5)
    const all = lines()
    write(rehashed(all.with(4, (all[4] as string).replace(/"time":"20\d\d/, '"time":"2001')), 4))
    age()
    await start().close()
    expect(segments()).toHaveLength(1)
    expect(problems(verify())).toEqual([['rewritten', 5]])
  })

  it('by two gateways at once is no failure', async () => {
    await chain(5)
    const beforeMs = Date.now() + DAY_MS
    const sweep = () => sweepSegments({ folder: folder(), beforeMs, retain: () => new Promise(setImmediate) })
    expect(await Promise.all([sweep(), sweep()])).toEqual([1, 1])
    expect(segments()).toEqual([])
  })
})
