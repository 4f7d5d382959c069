/** What is as long as the tools let it be still fits the results that show it. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openWorkspace, type Workspace } from './open-workspace.ts'

let workspace: Workspace
beforeAll(() => {
  workspace = openWorkspace()
})
afterAll(() => workspace.remove())

it.each(['"', '\u6F22'])('shows ten tasks whose every text is full of %s', async (character) => {
  const title = character.repeat(200)
  const link = (i: number, j: number) => ({ url: `https://docs.acme.dev/${i}/${j}/${'x'.repeat(900)}`, title })
  const keys: string[] = []
  for (let i = 0; i < 10; i++) {
    const args = {
      ...{ project: 'OPS', title, description: character.repeat(8_000) },
      labels: Array.from({ length: 10 }, (_, j) => `${i}-${j}`.padEnd(40, character)),
      links: Array.from({ length: 10 }, (_, j) => link(i, j)),
    }
    const { task } = await workspace.call('create_task', args)
    for (let j = 0; j < 3; j++) await workspace.call('add_comment', { key: task.key, body: character.repeat(5_000) })
    keys.push(task.key)
  }
  const sections = ['description', 'links', 'relations', 'comments', 'activity']
  const { tasks } = await workspace.call('get_task_details', { keys, sections })
  expect(tasks.map(({ key, title: shown }) => [key, shown])).toEqual(keys.map((key) => [key, title]))
  for (const { cut } of tasks) expect(cut).toEqual(expect.arrayContaining(['description', 'comments']))
})

it('shows a project with more milestones than anybody reads, the next ones to reach first', async () => {
  for (let i = 0; i < 10; i++) {
    const milestones = Array.from({ length: 20 }, (_, j) => {
      const number = String(i * 20 + j + 100)
      return { name: number.padEnd(80, '"'), ...(i < 9 ? { reached_on: '2026-01-01', due: `2025-01-${10 + i}` } : {}) }
    })
    await workspace.call('update_project', { project: 'OPS', milestones })
  }
  const { project } = await workspace.call('get_project', { project: 'OPS' })
  const { milestones } = project as { milestones: { reached_on: string | null }[] }
  expect(milestones).toHaveLength(20)
  expect(milestones.every(({ reached_on }) => reached_on === null)).toBe(true)
  expect((await workspace.call('get_status_report', { project: 'OPS' })).milestones).toEqual(milestones)
})

it('names some of many projects when one is unknown', async () => {
  for (let i = 0; i < 30; i++)
    await workspace.call('create_project', { key: `P${i}`, name: `Project ${i}`, lead: 'devon' })
  const { message, allowed } = await workspace.fail('get_project', { project: 'zzz' })
  expect(allowed).toHaveLength(20)
  expect(message).toMatch(/ and \d+ more, see list_projects\.$/)
})
