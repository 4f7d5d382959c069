/** Two hundred writers at a time on two processes with one database: each effect once, nothing lost, and after kill -9 everything that was acknowledged and nothing half. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startHttp } from '@causeway/shared-contracts/start-http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { callOverHttp, type RawResult } from './call-over-http.ts'

const WRITERS = 200
/** Those who write while a process is killed, and then once more. */
const STORM = 100
const main = join(import.meta.dirname, '../src/main.ts')
const dir = mkdtempSync(join(tmpdir(), 'causeway-writers-'))
const replicas: Awaited<ReturnType<typeof startHttp>>[] = []

beforeAll(async () => {
  replicas.push(await startHttp({ main }, dir))
  replicas.push(await startHttp({ main }, dir))
})
afterAll(async () => {
  for (const replica of replicas) await replica.stop()
  rmSync(dir, { recursive: true, force: true })
})

// As a careful client: by turns at both replicas, and again when it is told to try again.
async function call(writer: number, name: string, args: Record<string, unknown>): Promise<RawResult> {
  for (let attempt = 0; ; attempt++) {
    const url = (replicas[(writer + attempt) % replicas.length] as { url: string }).url
    const result = await callOverHttp(url, name, args)
    if (!result.structuredContent.error?.retryable || attempt > 10) return result
  }
}
const everyWriter = <T>(work: (writer: number) => Promise<T>, count = WRITERS) =>
  Promise.all(Array.from({ length: count }, (_, writer) => work(writer)))
const newKey = async (title: string): Promise<string> =>
  (await call(0, 'create_task', { project: 'WEB', title })).structuredContent.task.key
function setDueTomorrow(): void {
  const connection = new DatabaseSync(join(dir, 'projects.sqlite'), { timeout: 5_000 })
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  connection.prepare("UPDATE tasks SET due = ? WHERE title LIKE 'Storm %'").run(tomorrow)
  connection.close()
}
function rows<Row>(sql: string, ...parameters: string[]): Row[] {
  const connection = new DatabaseSync(join(dir, 'projects.sqlite'), { readOnly: true, timeout: 5_000 })
  try {
    return connection.prepare(sql).all(...parameters) as Row[]
  } finally {
    connection.close()
  }
}

it('does each thing once, however many writers repeat it with the same key', async () => {
  const results = await everyWriter((writer) => {
    const effect = writer % 40
    const args = { project: 'OPS', title: `Effect ${effect}`, assignee: 'yuki', idempotency_key: `effect-${effect}` }
    return call(writer, 'create_and_assign_task', args)
  })
  expect(results.filter(({ isError }) => isError)).toEqual([])
  const keys = new Set(results.map(({ structuredContent }) => structuredContent.task.key))
  expect(keys.size).toBe(40)
  expect(results.filter(({ structuredContent }) => !structuredContent.replayed)).toHaveLength(40)
  expect(rows("SELECT 1 FROM tasks WHERE title LIKE 'Effect %'")).toHaveLength(40)
  const told = rows(`SELECT 1 FROM notifications n JOIN tasks t ON t.id = n.task_id WHERE t.title LIKE 'Effect %'`)
  expect(told).toHaveLength(40)
})

it('loses no change of labels, and gives the current task to all but one that expect the same version', async () => {
  const tasks = await Promise.all(Array.from({ length: 20 }, (_, i) => newKey(`Labels ${i}`)))
  await everyWriter((writer) => {
    const key = tasks[writer % tasks.length]
    return call(writer, 'update_task', { key, add_labels: [`by-${Math.floor(writer / tasks.length)}`] })
  })
  const { structuredContent } = await call(0, 'get_task_details', { keys: tasks.slice(0, 10), sections: ['links'] })
  for (const task of structuredContent.tasks)
    expect([task.labels, task.version]).toEqual([Array.from({ length: 10 }, (_, i) => `by-${i}`), 11])

  const key = await newKey('Contested')
  const results = await everyWriter((writer) =>
    call(writer, 'update_task', { key, title: `Won by ${writer}`, expected_version: 1 }),
  )
  const winners = results.filter(({ isError }) => !isError)
  expect(winners).toHaveLength(1)
  const title = winners[0]?.structuredContent.task.title
  const conflicts = results.flatMap(({ structuredContent: { error } }) => (error ? [error] : []))
  expect(new Set(conflicts.map(({ code }) => code))).toEqual(new Set(['version_conflict']))
  for (const { current } of conflicts) expect(current).toMatchObject({ key, title, version: 2 })
})

it('keeps all that it acknowledged and nothing half when it is killed in a storm of writes, and tells of each deadline once', async () => {
  const acknowledged = new Map<string, string>()
  const [victim] = replicas.splice(0, 1) as [(typeof replicas)[number]]
  const args = (writer: number) => ({
    ...{
      project: 'DATA',
      title: `Storm ${writer}`,
      assignee: 'noor',
      labels: ['storm'],
      idempotency_key: `storm-${writer}`,
    },
    links: [{ ref: `gh:acme/storm#${writer}` }],
  })
  let killed: Promise<void> | undefined
  const storm = everyWriter(async (writer) => {
    const { structuredContent } = await callOverHttp(victim.url, 'create_and_assign_task', args(writer))
    acknowledged.set(`storm-${writer}`, structuredContent.task.key)
    if (acknowledged.size === 20) killed = victim.kill()
  }, STORM).catch(() => {})
  await storm
  await killed
  expect(acknowledged.size).toBeGreaterThanOrEqual(20)
  setDueTomorrow()
  // Each looks for deadlines as it starts, both at once, and one dies of it.
  const [next, short] = await Promise.all([startHttp({ main }, dir), startHttp({ main }, dir)])
  await short.kill()
  replicas.unshift(next)

  const kept = rows<{ key: string; title: string; whole: number }>(`SELECT t.key, t.title,
      (SELECT count(*) FROM activity WHERE task_id = t.id AND kind = 'created') = 1
      AND (SELECT count(*) FROM links WHERE task_id = t.id) = 1 AND (SELECT count(*) FROM task_labels WHERE task_id = t.id) = 1
      AND (SELECT count(*) FROM notifications WHERE task_id = t.id AND kind = 'assigned') = 1
      AND (SELECT count(*) FROM replays WHERE answer LIKE '%"' || t.key || '"%') = 1 AS whole
    FROM tasks t WHERE t.title LIKE 'Storm %'`)
  expect(kept.filter(({ whole }) => !whole)).toEqual([])
  const told = rows<{
    told: number
  }>(`SELECT (SELECT count(*) FROM notifications WHERE task_id = t.id AND kind = 'due') AS told
    FROM tasks t WHERE t.title LIKE 'Storm %'`)
  expect(told).toEqual(kept.map(() => ({ told: 1 })))
  for (const key of acknowledged.values()) expect(kept.map((task) => task.key)).toContain(key)
  expect(rows('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])

  const again = await everyWriter((writer) => call(writer, 'create_and_assign_task', args(writer)), STORM)
  expect(again.filter(({ isError }) => isError)).toEqual([])
  for (const [key, task] of acknowledged)
    expect(again[Number(key.slice('storm-'.length))]?.structuredContent).toMatchObject({
      task: { key: task },
      replayed: true,
    })
  expect(rows("SELECT 1 FROM tasks WHERE title LIKE 'Storm %'")).toHaveLength(STORM)
  const { total } = (await call(0, 'search_tasks', { query: 'storm', labels: ['storm'], limit: 1 })).structuredContent
  expect(total).toBe(STORM)
})
