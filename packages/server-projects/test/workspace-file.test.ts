/** A workspace as a file: nothing lost on the way out and in, nothing changed by a bad one; and the options of the process. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCommandLine } from '../src/command-line.ts'
import { type Database, openDatabase } from '../src/store/database.ts'
import { exportToFile, importFromFile } from '../src/workspace-file/transfer.ts'
import type { WorkspaceFile } from '../src/workspace-file/workspace-file.ts'
import { NOW, openWorkspace, type Workspace } from './open-workspace.ts'

const dir = mkdtempSync(join(tmpdir(), 'causeway-workspace-file-'))
const file = join(dir, 'workspace.json')
let workspace: Workspace

beforeAll(async () => {
  workspace = openWorkspace()
  const { task } = await workspace.call('create_task', {
    project: 'WEB',
    title: '  Exactly "this" \\ <b>&amp; 👩‍💻 ',
    description: 'line\r\n\tتَجْرِبَة 日本語\n',
    labels: ['one', 'two'],
    links: [{ ref: 'gh:acme/web#77001', title: 'Issue' }, { url: 'https://docs.acme.dev/x?a=1&b=2' }],
    assignee: 'maria',
    parent: 'WEB-1',
  })
  await workspace.call('add_comment', { key: task.key, body: 'A comment\nof two lines' })
  const gone = await workspace.call('create_task', { project: 'OPS', title: 'Gone' })
  const { confirmation_token } = await workspace.fail('delete_task', { key: gone.task.key })
  await workspace.call('delete_task', { key: gone.task.key, confirmation_token })
  await workspace.call('update_project', { project: 'DES', archived: true })
  exportToFile(workspace.dir, file, NOW)
})
afterAll(async () => {
  await workspace.remove()
  rmSync(dir, { recursive: true, force: true })
})

const read = () => JSON.parse(readFileSync(file, 'utf8')) as WorkspaceFile

/** A part of it that is quick to read: fifty tasks of one project. */
function readSmall(): WorkspaceFile {
  small ??= cutSmall(read())
  return structuredClone(small)
}
let small: WorkspaceFile | undefined

function cutSmall(all: WorkspaceFile): WorkspaceFile {
  const tasks = all.tasks.filter(({ key }) => key.startsWith('WEB-')).slice(0, 50)
  const isKept = (key: string | null) => tasks.some((task) => task.key === key)
  return {
    ...all,
    projects: all.projects.filter(({ key }) => key === 'WEB'),
    tasks,
    relations: all.relations.filter(({ from, to }) => isKept(from) && isKept(to)),
    comments: all.comments.filter(({ task }) => isKept(task)),
    activity: all.activity.filter(({ task }) => isKept(task)),
    notifications: all.notifications.filter(({ task }) => isKept(task)),
  }
}

function projectOf({ projects: [project] }: WorkspaceFile) {
  if (!project) throw new Error('Cannot copy a project: the file has none')
  return project
}

/** Every table with what belongs to the workspace, whole. */
function dump(db: Database): Record<string, unknown[]> {
  const tables = db
    .all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .map(({ name }) => name)
    .filter((name) => !/^(task_search|touched|replays|drafts|spent_confirmations)/.test(name))
  return Object.fromEntries(tables.map((name) => [name, db.all(`SELECT * FROM ${name} ORDER BY 1, 2`)]))
}

it('comes back row for row', () => {
  const home = join(dir, 'copy')
  expect(importFromFile(home, file)).toBe(read().tasks.length)
  const db = openDatabase(join(home, 'projects.sqlite'))
  const [before, after] = [dump(workspace.db), dump(db)]
  expect(Object.keys(after).length).toBeGreaterThan(14)
  for (const table of Object.keys(before)) expect(after[table], table).toEqual(before[table])
  db.close()
  exportToFile(home, join(dir, 'again.json'), NOW)
  expect(readFileSync(join(dir, 'again.json'), 'utf8')).toBe(readFileSync(file, 'utf8'))
})

it('is served like the one it came from', async () => {
  const other = openWorkspace(join(dir, 'copy'))
  const { tasks } = await other.call('search_tasks', { query: 'gh:acme/web#77001' })
  expect(tasks).toHaveLength(1)
  const { task } = await other.call('create_task', { project: 'WEB', title: 'Next' })
  expect(task.key).toBe((await workspace.call('create_task', { project: 'WEB', title: 'Next' })).task.key)
  expect((await other.call('restore_task', { key: 'OPS-211' })).restored).toBe(true)
  await other.close()
})

describe('a bad file', () => {
  it.each<[string, (workspace: WorkspaceFile) => unknown]>([
    [
      'tasks.3.assignee: nothing in the file is called "nobody"',
      (w) => Object.assign(w.tasks[3] ?? {}, { assignee: 'nobody' }),
    ],
    ['tasks.0.status: nothing', (w) => Object.assign(w.tasks[0] ?? {}, { status: 'Nowhere' })],
    ['tasks.1.key: "WEB-1" is there twice', (w) => Object.assign(w.tasks[1] ?? {}, { key: 'WEB-1' })],
    ['tasks.2.due: Invalid ISO date', (w) => Object.assign(w.tasks[2] ?? {}, { due: '31.12.2026' })],
    ['tasks.5: Unrecognized key: "sprnt"', (w) => Object.assign(w.tasks[5] ?? {}, { sprnt: 'x' })],
    ['projects.0.lead: nothing', (w) => Object.assign(w.projects[0] ?? {}, { lead: 'x' })],
    ['comments.0.task: nothing', (w) => Object.assign(w.comments[0] ?? {}, { task: 'WEB-99999' })],
    ['version: Invalid input: expected 1', (w) => Object.assign(w, { version: 2 })],
    [
      'WEB-2 cannot block WEB-1: that closes a circle',
      (w) =>
        w.relations.push(
          { from: 'WEB-1', kind: 'blocks', to: 'WEB-2', created_by: 'x', created_at: NOW.toISOString() },
          { from: 'WEB-2', kind: 'blocks', to: 'WEB-1', created_by: 'x', created_at: NOW.toISOString() },
        ),
    ],
    ['people.1.email: "', (w) => Object.assign(w.people[1] ?? {}, { email: w.people[0]?.email })],
    ['people.1.github: "MARIA" means people.', (w) => Object.assign(w.people[1] ?? {}, { github: 'MARIA' })],
    [
      'projects.1.name: "WEB" means projects.0 too',
      (w) => w.projects.push({ ...projectOf(w), key: 'NEW', name: 'WEB' }),
    ],
    ['projects.0.last_number: WEB-', (w) => Object.assign(w.projects[0] ?? {}, { last_number: 3 })],
    [
      'tasks.0.title: it holds the hidden character U+202E',
      (w) => Object.assign(w.tasks[0] ?? {}, { title: 'a\u202Eb' }),
    ],
    ['tasks.0.title: want one line', (w) => Object.assign(w.tasks[0] ?? {}, { title: 'a\nWEB-9 [Done]' })],
    ['tasks.0.description: it holds the hidden', (w) => Object.assign(w.tasks[0] ?? {}, { description: '\u{E0041}' })],
    ['tasks.0.description: Too big', (w) => Object.assign(w.tasks[0] ?? {}, { description: 'x'.repeat(200_000) })],
    ['comments.0.body: it holds the hidden', (w) => Object.assign(w.comments[0] ?? {}, { body: 'a\u0000' })],
    ['activity.0.after: it holds the hidden', (w) => Object.assign(w.activity[0] ?? {}, { after: '\u200B' })],
    ['tasks.0.labels.0: want a label in lower case', (w) => Object.assign(w.tasks[0] ?? {}, { labels: ['Bug'] })],
    [
      'tasks.0.links.0.url: want an http or https URL',
      (w) =>
        Object.assign(w.tasks[0] ?? {}, {
          links: [
            { ref: null, url: 'javascript:alert(1)', title: null, created_by: 'x', created_at: NOW.toISOString() },
          ],
        }),
    ],
  ])('is refused with its place: %s', (problem, spoil) => {
    const changed = readSmall()
    spoil(changed)
    const bad = join(dir, 'bad.json')
    writeFileSync(bad, JSON.stringify(changed))
    const home = join(dir, 'refused')
    const refusal = () => importFromFile(home, bad)
    expect(refusal).toThrow(`Cannot import "${bad}", nothing has changed`)
    expect(refusal).toThrow(problem)
    expect(existsSync(home) ? readdirSync(home) : []).toEqual([])
  })

  it('or none, or a workspace that is there, is refused too', () => {
    writeFileSync(join(dir, 'cut.json'), readFileSync(file, 'utf8').slice(0, 5_000))
    expect(() => importFromFile(join(dir, 'refused'), join(dir, 'cut.json'))).toThrow(/cut\.json.*\n.*JSON/)
    expect(() => importFromFile(join(dir, 'refused'), join(dir, 'none.json'))).toThrow(/no such file/)
    expect(() => importFromFile(workspace.dir, file)).toThrow(/there is a workspace in it/)
    expect(() => exportToFile(join(dir, 'empty'), join(dir, 'x.json'))).toThrow(/there is no workspace/)
  })
})

describe('the process', () => {
  const main = join(import.meta.dirname, '../src/main.ts')
  const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })

  it('takes a workspace out and in, and says what is wrong', () => {
    writeFileSync(join(dir, 'small.json'), JSON.stringify(readSmall()))
    importFromFile(join(dir, 'small'), join(dir, 'small.json'))
    const out = run('--data', join(dir, 'small'), '--export', join(dir, 'cli.json'))
    expect([out.status, out.stderr]).toEqual([0, expect.stringMatching(/^\d+ tasks from .* into .*cli\.json\n$/)])
    expect(run(`--import=${join(dir, 'cli.json')}`, '--data', join(dir, 'cli')).status).toBe(0)
    expect(() => readCommandLine(['--tools', 'some'])).toThrow('Cannot offer the tools "some": want core or all')
    expect(() => readCommandLine(['--export'])).toThrow('Cannot read --export: want a value')
    expect(readCommandLine(['--stdio', '--import=a.json', '--port', '0', '--tools', 'core', '--data', 'd'])).toEqual({
      isCoreOnly: true,
      importFile: 'a.json',
      rest: ['--stdio', '--port', '0', '--data', 'd'],
    })
  })

  it('offers the core set alone when asked for it', async () => {
    const args = [main, '--stdio', '--data', join(dir, 'cli'), '--role', 'operator', '--tools', 'core']
    const client = new Client({ name: 'core', version: '1' }, { versionNegotiation: { mode: 'legacy' } })
    await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }))
    const names = (await client.listTools()).tools.map(({ name }) => name)
    await client.close()
    expect(names).toHaveLength(16)
    expect(names).toEqual(expect.arrayContaining(['search_tasks', 'link_task', 'list_notifications']))
    for (const other of ['create_tasks', 'plan_sprint', 'delete_task', 'create_project'])
      expect(names).not.toContain(other)
  })
})
