/** Bad input of every kind, in every text argument of every tool: an error that a model can act on, or kept to the byte. */
import type { ToolErrorShape } from '@causeway/shared-contracts/tool-error'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { projectsServer } from '../src/projects-server.ts'
import { OPERATOR, openWorkspace, type Workspace } from './open-workspace.ts'

const DEVON = { ...OPERATOR, user: 'devon' }
let workspace: Workspace
beforeAll(() => {
  workspace = openWorkspace()
})
afterAll(() => workspace.remove())

type Args = Record<string, unknown>

/** A call of each tool that works; what is bad replaces one argument of it. */
const GOOD: Record<string, Args> = {
  search_tasks: {
    query: 'form',
    project: 'WEB',
    status: 'open',
    assignee: 'maria',
    labels: ['bug'],
    sprint: 'current',
  },
  list_tasks: {
    project: 'WEB',
    status: 'open',
    assignee: 'maria',
    labels: ['bug'],
    due_after: '2026-01-01',
    sprint: 'none',
  },
  get_task_details: { keys: ['WEB-1'], sections: ['links'] },
  create_task: {
    ...{ project: 'WEB', title: 'T', description: 'D', labels: ['bug'], due: '2026-05-01', assignee: 'maria' },
    ...{ parent: 'WEB-1', sprint: 'current', links: [{ url: 'https://a.dev/x', title: 'L' }], idempotency_key: 'k1' },
  },
  create_and_assign_task: { project: 'WEB', title: 'T', assignee: 'maria', labels: ['bug'], idempotency_key: 'k2' },
  update_task: {
    ...{
      key: 'WEB-2',
      title: 'T',
      description: 'D',
      priority: 'low',
      due: '2026-05-01',
      sprint: 'none',
      milestone: 'none',
    },
    ...{ add_labels: ['bug'], remove_labels: ['x'] },
  },
  assign_task: { key: 'WEB-2', assignee: 'maria' },
  transition_task: { key: 'WEB-3', status: 'Done' },
  link_task: { key: 'WEB-2', url: 'https://a.dev/y', title: 'L', relation: 'relates_to', task: 'WEB-9' },
  add_comment: { key: 'WEB-2', body: 'B', idempotency_key: 'k3' },
  list_projects: { cursor: 'c' },
  get_project: { project: 'WEB' },
  find_people: { query: 'maria', team: 'Web', project: 'WEB' },
  get_activity: { project: 'WEB', key: 'WEB-1', actor: 'maria', since: '2026-01-01', until: '2026-03-01' },
  list_notifications: { person: 'me', cursor: 'c' },
  mark_notifications_read: { up_to: 1 },
  create_tasks: {
    ...{ project: 'WEB', mode: 'atomic', idempotency_key: 'k4' },
    tasks: [{ title: 'T', description: 'D', assignee: 'maria', milestone: 'One-page checkout', blocked_by: ['WEB-1'] }],
  },
  bulk_update_tasks: { updates: [{ key: 'WEB-4', title: 'T', assignee: 'maria' }], changes: { add_labels: ['bug'] } },
  generate_task_breakdown: { goal: 'A goal', project: 'WEB' },
  get_workload: { project: 'WEB', team: 'Web', people: ['maria'] },
  get_status_report: { project: 'WEB' },
  plan_sprint: { project: 'OPS', name: 'S', goal: 'G', starts_on: '2026-05-01', ends_on: '2026-05-14', add: ['OPS-1'] },
  close_sprint: { project: 'API', sprint: 'current', unfinished: 'none', dry_run: true },
  delete_task: { key: 'WEB-5', confirmation_token: 'x' },
  restore_task: { key: 'WEB-6' },
  create_project: { key: 'NEW', name: 'N', description: 'D', lead: 'ben', repository: 'acme/new', members: ['maria'] },
  update_project: {
    project: 'SEC',
    name: 'Security',
    description: 'D',
    milestones: [{ name: 'M', due: '2026-05-01' }],
  },
}

const BAD: Record<string, unknown> = {
  'an unknown name': 'no-such-thing-ZZZ-99999',
  'a million characters': 'x'.repeat(1_000_000),
  'nothing that can be seen': '\u200B\u200B',
  'a hidden character': 'Done\u202E',
  'a line break and NUL': 'a\n\u0000b',
  'half a character': 'a\uD800',
  SQL: "'; DROP TABLE tasks; --",
  'a wild card': '%_*"',
  HTML: '<img src=x onerror=alert(1)>',
  emptiness: '',
  'a number': 42,
  null: null,
  'a list': [[]],
}

/** What no text argument takes, whatever it is for. */
const ALWAYS_REFUSED = ['a million characters', 'a number', 'a list']

function* textPlaces(value: unknown, path: (string | number)[] = []): Generator<(string | number)[]> {
  if (typeof value === 'string') yield path
  else if (typeof value === 'object' && value !== null)
    for (const [key, part] of Object.entries(value))
      yield* textPlaces(part, [...path, Array.isArray(value) ? Number(key) : key])
}

function replaced(args: Args, path: readonly (string | number)[], bad: unknown): Args {
  const copy = structuredClone(args)
  let place: Record<string | number, unknown> = copy
  for (const step of path.slice(0, -1)) place = place[step] as Record<string | number, unknown>
  place[path.at(-1) as string | number] = bad
  return copy
}

async function outcome(tool: string, args: Args): Promise<ToolErrorShape | undefined> {
  return workspace.fail(tool, args, DEVON).catch((error: Error) => {
    if (error.message.startsWith('Cannot see')) return undefined
    throw error
  })
}

it('has a good call for every tool', () => {
  expect(Object.keys(GOOD).sort()).toEqual(projectsServer.tools.map(({ name }) => name).sort())
})

describe.each(Object.entries(GOOD))('%s', (tool, good) => {
  it.each(Object.entries(BAD))('bears %s in every text', async (name, bad) => {
    for (const path of textPlaces(good)) {
      const error = await outcome(tool, replaced(good, path, bad))
      if (ALWAYS_REFUSED.includes(name)) expect(error?.code, path.join('.')).toBe('invalid_arguments')
      if (!error) continue
      const told = `${path.join('.')}: ${error.code}: ${error.message.slice(0, 200)}`
      expect(error.code, told).not.toBe('internal')
      expect(error.message.length, told).toBeLessThan(2_500)
      expect(error.message, told).not.toMatch(/SQLITE|sqlite|node:|\/src\/|at Object\./)
      if (error.code === 'invalid_arguments') expect(`${error.field}`, told).toContain(String(path[0]))
    }
  })
})

it('still has all its tables and tasks', () => {
  expect(workspace.db.get<{ n: number }>('SELECT count(*) AS n FROM tasks')?.n).toBeGreaterThanOrEqual(1_520)
  expect(workspace.db.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
})

describe.each([
  '  padded  ',
  "Robert'); DROP TABLE tasks;--",
  '<script>alert("x")</script>&amp;<b>',
  '%_*" OR 1=1 \\ \\u200B',
  'cafe\u0301 café ﬁ 日本語 العربية 👩‍💻👍🏽',
  '{{template}} $injection </untrusted> [link](javascript:x)',
])('%j', (text) => {
  const detailOf = async (key: string) =>
    z
      .object({
        tasks: z.array(
          z.looseObject({
            title: z.string(),
            description: z.string(),
            comments: z.array(z.looseObject({ body: z.string() })),
          }),
        ),
      })
      .parse(await workspace.call('get_task_details', { keys: [key] })).tasks[0]

  it('comes back to the byte', async () => {
    const { task } = await workspace.call('create_task', { project: 'DES', title: text, description: text })
    await workspace.call('add_comment', { key: task.key, body: text })
    expect(await detailOf(task.key)).toMatchObject({ title: text, description: text, comments: [{ body: text }] })
    await workspace.call('update_task', { key: task.key, title: `${text}!`, description: `${text}\r\n` })
    expect(await detailOf(task.key)).toMatchObject({ title: `${text}!`, description: `${text}\r\n` })
    await workspace.call('bulk_update_tasks', { updates: [{ key: task.key, title: text }] })
    expect((await detailOf(task.key))?.title).toBe(text)
    const { results } = await workspace.call('create_tasks', {
      project: 'DES',
      tasks: [{ title: text, description: text }],
    })
    const [{ key }] = results as [{ key: string }]
    expect(await detailOf(key)).toMatchObject({ title: text, description: text })
    await workspace.call('link_task', { key, url: 'https://docs.acme.dev/z', title: text })
    const { tasks } = await workspace.call('get_task_details', { keys: [key], sections: ['links'] })
    expect(tasks[0]?.links).toEqual([{ url: 'https://docs.acme.dev/z', title: text }])
    await workspace.call('update_project', { project: 'DES', description: text })
    expect((await workspace.call('get_project', { project: 'DES' })).project).toMatchObject({ description: text })
    const name = `Sprint ${text}`
    const { sprint } = await workspace.call('plan_sprint', { project: 'DES', name, goal: text, dry_run: true })
    expect(sprint).toMatchObject({ name, goal: text })
  })
})
