/** Queries that would never end, or take all memory: they are stopped alone, and their process with them. */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { DEFAULT_LIMITS } from '../src/engine/query-limits.ts'
import type { SourceJob } from '../src/engine/sqlite/source-job.ts'
import { createSqliteEngine } from '../src/engine/sqlite/sqlite-engine.ts'
import { errorOf, openTestDb, rowsOf, type TestDb } from './open-test-db.ts'

const FOREVER = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'

const ADMIN_VIEWER = { role: 'admin', agent: 'test', user: null }
const optionsOf = (file: string) => ({
  id: 'x',
  file,
  policy: { about: '', tables: {} },
  hashKey: '00',
  limits: DEFAULT_LIMITS,
})

let db: TestDb
beforeAll(async () => {
  db = await openTestDb()
})
afterAll(() => db.close())

it('a runaway query ends at its timeout, and the next one works', async () => {
  await db.query('support', 'SELECT 1')
  const startedMs = Date.now()
  const error = errorOf(await db.query('support', FOREVER, { timeout_ms: 300 }))
  expect(error.code).toBe('query_timeout')
  expect(Date.now() - startedMs).toBeLessThan(4_000)
  expect(rowsOf(await db.query('support', 'SELECT 1'))).toEqual([[1]])
})

it('what ended how is counted, and told with the connections', async () => {
  const metrics = await db.metrics()
  expect(metrics).toContain('causeway_db_up{database="helpdesk"} 1')
  expect(metrics).toContain('causeway_db_connections{database="helpdesk",state="limit"} 2')
  expect(metrics).toMatch(/causeway_db_statements\{database="helpdesk",outcome="timedOut"\} [1-9]/)
  expect(metrics).toMatch(/causeway_db_statements\{database="helpdesk",outcome="done"\} [1-9]/)
})

it('queries that wait behind runaway ones are answered', async () => {
  const runaways = [1, 2, 3].map(() => db.query('support', FOREVER, { timeout_ms: 300 }))
  const waiting = Array.from({ length: 10 }, (_, i) => db.query('viewer', 'SELECT $1', { params: [i] }))
  expect((await Promise.all(waiting)).map((result) => rowsOf(result)[0]![0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  for (const result of await Promise.all(runaways)) expect(errorOf(result).code).toBe('query_timeout')
})

it('too many waiting queries are refused at once and may be tried again', async () => {
  const runaways = [1, 2].map(() => db.query('support', FOREVER, { timeout_ms: 1_000 }))
  const many = await Promise.all(Array.from({ length: 40 }, () => db.query('viewer', 'SELECT 1')))
  const refused = many.filter((result) => result.isError).map(errorOf)
  expect(refused.length).toBeGreaterThan(0)
  for (const error of refused) expect(error).toMatchObject({ code: 'busy', retryable: true })
  await Promise.all(runaways)
})

it('a canceled call stops its query, running or waiting', async () => {
  const cancel = new AbortController()
  const calls = [1, 2, 3].map(() =>
    db.call('support', 'run_query', { sql: FOREVER, timeout_ms: 30_000 }, cancel.signal),
  )
  await sleep(200)
  const startedMs = Date.now()
  cancel.abort()
  for (const result of await Promise.all(calls)) expect(errorOf(result).code).toBe('canceled')
  expect(Date.now() - startedMs).toBeLessThan(4_000)
  expect(rowsOf(await db.query('support', 'SELECT 2'))).toEqual([[2]])
})

it('a query that takes too much memory ends alone', async () => {
  const engine = createSqliteEngine({ ...optionsOf(db.file), maxMemoryBytes: 160 * 1024 * 1024 })
  const request = {
    viewer: ADMIN_VIEWER,
    params: [],
    maxRows: 1,
    maxBytes: 1_000,
    timeoutMs: 15_000,
    signal: AbortSignal.timeout(15_000),
  }
  const greedy = `WITH RECURSIVE n(i, t) AS (SELECT 1, '' UNION ALL SELECT i + 1, printf('%.*c', 900000, 'x') || i FROM n LIMIT 1000)
    SELECT * FROM n ORDER BY t DESC`
  try {
    await expect(engine.run({ ...request, sql: greedy })).rejects.toMatchObject({ shape: { kind: 'too_heavy' } })
    expect((await engine.run({ ...request, sql: 'SELECT 1' })).rows).toEqual([[1]])
  } finally {
    await engine.close()
  }
})

it('a source that cannot be opened says so in its state and in errors, without its path', async () => {
  const engine = createSqliteEngine(optionsOf(join(db.dir, 'missing.db')))
  try {
    expect(await engine.health()).toMatchObject({ ok: false, detail: 'The database cannot be read.' })
  } finally {
    await engine.close()
  }
})

it.runIf(process.platform === 'linux')('a runaway query does not survive a killed parent', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-db-'))
  const main = join(import.meta.dirname, '../src/main.ts')
  const parent = spawn(process.execPath, [main, '--data', dir], {
    env: { ...process.env, CAUSEWAY_SUPERVISED: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
    const client = new Client({ name: 'test', version: '1' })
    await client.connect(new StreamableHTTPClientTransport(new URL((JSON.parse(line) as { url: string }).url)))
    const call = client.callTool({ name: 'run_query', arguments: { sql: FOREVER, timeout_ms: 30_000 } })
    call.catch(() => {})
    const [child] = await vi.waitUntil(() => childrenOf(parent.pid!), { timeout: 10_000 })
    await sleep(300)
    expect(isRunning(child!)).toBe(true)
    parent.kill('SIGKILL')
    await vi.waitUntil(() => !isRunning(child!), { timeout: 5_000 })
    await client.close()
  } finally {
    parent.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  }
})

it('a process whose parent is gone before its reply ends without a word', async () => {
  // Long enough that it learns of the end from the reply that it cannot send.
  const sql = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000000) SELECT count(*) FROM n'
  const child = fork(join(import.meta.dirname, '../src/engine/sqlite/source-child.ts'), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let said = ''
  child.stderr?.on('data', (chunk) => (said += chunk))
  const source = { file: db.file, policy: { about: '', tables: {} }, hashKey: '00' }
  child.send({ ...source, parentPid: process.pid, maxMemoryBytes: 2 ** 30 })
  await once(child, 'message')
  const statement = { sql, params: [], maxRows: 1, maxBytes: 1_000 }
  const job: SourceJob = { kind: 'run', viewer: ADMIN_VIEWER, statement }
  const exited = once(child, 'exit')
  child.send(job, () => child.disconnect())
  expect(await exited).toEqual([0, null])
  expect(said).toBe('')
})

/** The processes that a process has started, once there are any. */
function childrenOf(pid: number): number[] | undefined {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return text ? text.split(' ').map(Number) : undefined
}

/** Whether the process runs; one that ended and that nobody has waited for does not. */
function isRunning(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false
  return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
}
