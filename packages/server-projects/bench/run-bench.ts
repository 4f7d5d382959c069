/** Measures search, pages and details of a workspace of 50,000 tasks over a real socket; prints a table, and fails with --check when one is too slow. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { openDataDir } from '@causeway/shared-contracts/data-dir'
import { createLog } from '@causeway/shared-contracts/log'
import { startHttp } from '@causeway/shared-contracts/start-http'
import { openServices } from '../src/open-services.ts'
import { openDatabase } from '../src/store/database.ts'
import { indexAllTasks } from '../src/store/search-index.ts'
import { callOverHttp } from '../test/call-over-http.ts'
import { fillWorkspace } from './fill-workspace.ts'
import { SCENARIOS, type Scenario } from './scenarios.ts'

const USAGE = `Options:
  --tasks <n>    tasks in the workspace (default 50000)
  --calls <n>    calls of each kind (default 300)
  --only <text>  kinds whose name has this in it
  --check        exit with 1 when a p99 is beyond 50 ms
  --docs         write the table into the package's README.md
`
/** What issue and README promise, ms. */
const MAX_P99_MS = 50
const WARM_UP_CALLS = 20
const README = join(import.meta.dirname, '../README.md')
const MARKS = ['<!-- bench -->\n', '<!-- /bench -->'] as const

interface Row {
  name: string
  p50: number
  p99: number
  max: number
}

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: '50000' },
    calls: { type: 'string', default: '300' },
    only: { type: 'string', default: '' },
    check: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) process.stdout.write(USAGE)
else process.exitCode = await run()

async function run(): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-projects-bench-'))
  try {
    await fill(dir, Number(values.tasks))
    const running = await startHttp(
      { main: join(import.meta.dirname, '../src/main.ts'), env: { CAUSEWAY_LOG_LEVEL: 'warn' } },
      dir,
    )
    const rows: Row[] = []
    for (const scenario of SCENARIOS.filter(({ name }) => name.includes(values.only)))
      rows.push(await measure(running.url, scenario, Number(values.calls)))
    const walked = values.only ? '' : await walkAll(running.url)
    await running.stop()
    const table = `${tableOf(rows)}${walked}`
    process.stdout.write(table)
    if (values.docs) writeDocs(table)
    const tooSlow = rows.filter(({ p99 }) => p99 > MAX_P99_MS)
    for (const { name, p99 } of tooSlow) process.stderr.write(`${name}: p99 ${p99.toFixed(1)} ms\n`)
    return values.check && tooSlow.length > 0 ? 1 : 0
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function fill(dir: string, count: number): Promise<void> {
  const changes = { resourceUpdated() {}, toolsChanged() {}, resourcesChanged() {} }
  await openServices({ dataDir: openDataDir(dir), changes, log: createLog('bench') }).close()
  const file = join(dir, 'projects.sqlite')
  const connection = new DatabaseSync(file)
  fillWorkspace(connection, count)
  connection.exec('DELETE FROM task_search')
  connection.close()
  const db = openDatabase(file)
  db.write(() => indexAllTasks(db))
  db.close()
}

async function measure(url: string, scenario: Scenario, calls: number): Promise<Row> {
  const tookMs: number[] = []
  for (let i = 0; i < WARM_UP_CALLS + calls; i++) {
    let args = scenario.args(i)
    for (let page = 0; page <= (scenario.depth ?? 0); page++) {
      const startedAtMs = performance.now()
      const next = await call(url, scenario.tool, args)
      const isLast = page === (scenario.depth ?? 0)
      if (isLast && i >= WARM_UP_CALLS) tookMs.push(performance.now() - startedAtMs)
      if (next === undefined) break
      args = { ...args, cursor: next }
    }
  }
  tookMs.sort((a, b) => a - b)
  const at = (share: number) => tookMs[Math.min(tookMs.length - 1, Math.floor(tookMs.length * share))] ?? Number.NaN
  return { name: scenario.name, p50: at(0.5), p99: at(0.99), max: at(1) }
}

/** @returns the cursor of the next page */
async function call(url: string, name: string, args: Record<string, unknown>): Promise<string | undefined> {
  const { isError, structuredContent } = await callOverHttp(url, name, args)
  if (isError) throw new Error(`Cannot measure ${name}: ${JSON.stringify(structuredContent)}`)
  return structuredContent.next_cursor
}

/**
 * Walks every task, page by page, while others are created.
 * @throws when a task comes twice or is missing
 */
async function walkAll(url: string): Promise<string> {
  const seen = new Set<string>()
  let [cursor, pages, rows, created]: [string | undefined, number, number, number] = [undefined, 0, 0, 0]
  do {
    const args = { status: 'any', limit: 50, ...(cursor ? { cursor } : {}) }
    const { structuredContent: page } = await callOverHttp(url, 'list_tasks', args)
    for (const { key } of page.tasks) seen.add(key)
    rows += page.tasks.length
    if (++pages % 20 === 0) {
      await callOverHttp(url, 'create_task', { project: 'OPS', title: `Created after page ${pages}` })
      created++
    }
    cursor = page.next_cursor
  } while (cursor !== undefined)
  if (rows !== seen.size || seen.size < Number(values.tasks))
    throw new Error(`Cannot walk all tasks once: ${rows} rows, ${seen.size} tasks of ${values.tasks}`)
  return `\nA walk through all of them took ${pages} pages and met each once, while ${created} others were created.\n`
}

function tableOf(rows: readonly Row[]): string {
  const ms = (value: number) => value.toFixed(1)
  return [
    `${values.tasks} tasks, ${values.calls} calls of each kind, one after the other over HTTP; ms.`,
    `${availableParallelism()} cores, ${cpus()[0]?.model}, Node.js ${process.version}.`,
    '',
    '| call | p50 | p99 | max |',
    '|---|--:|--:|--:|',
    ...rows.map(({ name, p50, p99, max }) => `| ${name} | ${ms(p50)} | ${ms(p99)} | ${ms(max)} |`),
    '',
  ].join('\n')
}

function writeDocs(table: string): void {
  const text = readFileSync(README, 'utf8')
  const [start, end] = [text.indexOf(MARKS[0]), text.indexOf(MARKS[1])]
  if (start < 0 || end < start) throw new Error(`Cannot write the table: README.md has no ${MARKS[0].trim()}`)
  writeFileSync(README, `${text.slice(0, start)}${MARKS[0]}${table}${text.slice(end)}`)
}
