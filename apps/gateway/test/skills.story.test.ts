/** The Skills extension end to end: listed from the catalog, verified by the client, each file from its owner, and nothing of what a rule hides. */
import { SkillsClient } from '@modelcontextprotocol/client/ext/skills'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manifest, startSkillFiles, startSkillWithoutFolders, startUnlistedSkill } from './fixtures/skills-upstream.ts'
import { connectV2, postModern } from './support/clients.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const REPORTS = {
  'write-report/SKILL.md': manifest('write-report', 'Writes a report.'),
  'write-report/parts/outline.md': 'Summary, findings.',
  'write-report/parts/secret.md': 'For few.',
  'shared/SKILL.md': manifest('shared', 'The one of reports.'),
}
const TRIPS = {
  'book-trip/SKILL.md': manifest('book-trip', 'Books a trip.'),
  'book-trip/fares.md': 'Cheap and dear.',
  'shared/SKILL.md': manifest('shared', 'The one of trips.'),
}
const FLAT = { 'SKILL.md': manifest('flat', 'Has folders.'), 'a.md': 'a', 'b/c%20d.md': 'c', 'b/e/f.md': 'f' }
const ERAS = ['modern', 'legacy'] as const
const everything = { effect: 'allow', tools: ['*'], prompts: ['*'], resources: ['*'] }

let gateway: StoryGateway
let keys: Record<string, string>
const fixtures: { url: string; close(): Promise<void> }[] = []
const skillsOf = async (agent: string, path = '/mcp', era: (typeof ERAS)[number] = 'modern') => {
  const client = await connectV2(`${gateway.url}${path}`, keys[agent] as string, era)
  return { client, skills: new SkillsClient(client) }
}
const uris = async (skills: SkillsClient) => (await skills.list()).skills.map(({ uri }) => uri)

beforeAll(async () => {
  fixtures.push(await startSkillFiles(REPORTS), await startSkillFiles(TRIPS), await startUnlistedSkill('daily'))
  fixtures.push(await startSkillWithoutFolders('flat', FLAT))
  const [reports, trips, daily, flat] = fixtures.map(({ url }) => url)
  gateway = await startGateway({
    upstreams: {
      reports: { url: reports },
      trips: { url: trips, era: 'legacy' },
      daily: { url: daily },
      flat: { url: flat },
    },
    agents: {
      ops: { roles: ['operator'] },
      junior: { roles: ['operator', 'junior'] },
      toolsmith: { roles: ['toolsmith'] },
      trainee: { roles: ['trainee'] },
    },
    rules: [
      { id: 'operators', roles: ['operator'], ...everything },
      { id: 'no-secrets', effect: 'deny', roles: ['junior'], resources: ['skill://write-report/parts/secret.md'] },
      { id: 'one-skill', effect: 'allow', roles: ['trainee'], resources: ['skill://book-trip/*'] },
    ],
  })
  await gateway.ready('reports', 'trips', 'daily', 'flat')
  keys = Object.fromEntries(['ops', 'junior', 'trainee', 'toolsmith'].map((agent) => [agent, gateway.key(agent)]))
})
afterAll(async () => {
  await gateway.close()
  await Promise.all(fixtures.map((each) => each.close()))
})

describe.each(ERAS)('a %s client', (era) => {
  it(
    verifies(
      'protocol.extensions',
      'lists the skills of all upstreams and reads their verified files from their owners',
    ),
    async () => {
      const { client, skills } = await skillsOf('ops', '/mcp', era)
      const { skills: listed } = await skills.list()
      expect(listed.map(({ uri }) => uri)).toEqual([
        'skill://shared/SKILL.md',
        'skill://write-report/SKILL.md',
        'skill://book-trip/SKILL.md',
        'skill://flat/SKILL.md',
      ])
      for (const skill of listed) {
        expect((await skills.get(skill.uri)).skill).toEqual(skill)
        expect((await skills.read(skill)).verified).toBe(true)
      }
      const [shared, report, trip] = listed
      expect((await skills.read(shared as never)).body).toContain('The one of reports.')
      expect((await skills.read(report as never, 'parts/outline.md')).text).toBe('Summary, findings.')
      expect((await skills.read(trip as never, 'fares.md')).text).toBe('Cheap and dear.')
      await client.close()
    },
  )

  it('reads folders', async () => {
    const { client, skills } = await skillsOf('ops', '/mcp', era)
    expect(skills.directoryRead).toBe(true)
    const children = async (uri: string) => (await skills.readDirectory(uri)).resources.map((each) => each.uri)
    expect(await children('skill://write-report')).toEqual([
      'skill://write-report/SKILL.md',
      'skill://write-report/parts',
    ])
    expect(await children('skill://book-trip')).toEqual(['skill://book-trip/SKILL.md', 'skill://book-trip/fares.md'])
    expect(await children('skill://flat')).toEqual(['skill://flat/SKILL.md', 'skill://flat/a.md', 'skill://flat/b'])
    const { resources } = await skills.readDirectory('skill://flat/b')
    expect(resources.map(({ name, mimeType }) => [name, mimeType])).toEqual([
      [expect.stringContaining('c'), undefined],
      ['e', 'inode/directory'],
    ])
    await expect(skills.readDirectory('skill://flat/a.md')).rejects.toMatchObject({ code: -32602 })
    await expect(skills.readDirectory('skill://book-trip/fares.md')).rejects.toMatchObject({ code: -32602 })
    await client.close()
  })

  it.each(['reports', 'trips'])('gets every skill of the upstream on /s/%s/mcp', async (upstream) => {
    const { client, skills } = await skillsOf('ops', `/s/${upstream}/mcp`, era)
    const own = upstream === 'trips' ? 'skill://book-trip/SKILL.md' : 'skill://write-report/SKILL.md'
    expect((await uris(skills)).toSorted()).toEqual([own, 'skill://shared/SKILL.md'].toSorted())
    const { skill } = await skills.get('skill://shared/SKILL.md')
    expect((await skills.read(skill)).body).toContain(`The one of ${upstream}.`)
    await client.close()
  })

  it('gets a skill that is not listed', async () => {
    const { client, skills } = await skillsOf('ops', '/s/daily/mcp', era)
    expect(await uris(skills)).toEqual([])
    const { skill } = await skills.get('skill://daily/SKILL.md')
    expect((await skills.read(skill, 'today.md')).text).toBe('Today.')
    await expect(skills.get('skill://nightly/SKILL.md')).rejects.toMatchObject({ code: -32602 })
    await client.close()
  })
})

it('shows a skill to nobody who may not read all of it', async () => {
  const { client, skills } = await skillsOf('junior')
  expect(await uris(skills)).not.toContain('skill://write-report/SKILL.md')
  await expect(skills.get('skill://write-report/SKILL.md')).rejects.toMatchObject({ code: -32602 })
  const { resources } = await skills.readDirectory('skill://write-report/parts')
  expect(resources.map(({ uri }) => uri)).toEqual(['skill://write-report/parts/outline.md'])
  await client.close()
})

it('shows one skill to whom a rule gives that one alone', async () => {
  const { client, skills } = await skillsOf('trainee')
  expect(await uris(skills)).toEqual(['skill://book-trip/SKILL.md'])
  expect((await skills.readDirectory('skill://book-trip')).resources).toHaveLength(2)
  for (const hidden of ['skill://flat', 'skill://write-report'])
    await expect(skills.readDirectory(hidden)).rejects.toMatchObject({ code: -32602 })
  await client.close()
})

it('neither announces nor serves skills to whom no upstream with skills is visible', async () => {
  const key = keys.toolsmith
  for (const method of ['skills/list', 'skills/get', 'resources/directory/read']) {
    const { status, json } = await postModern(`${gateway.url}/mcp`, key, method, { uri: 'skill://shared/SKILL.md' })
    expect([method, status, json?.error?.code]).toEqual([method, 404, -32601])
  }
  const { json } = await postModern(`${gateway.url}/mcp`, key, 'server/discover')
  expect(json?.result?.capabilities).not.toHaveProperty('extensions')
})

it('lists from the catalog when the upstream has gone', async () => {
  await fixtures[0]?.close()
  const { client, skills } = await skillsOf('ops')
  expect(await uris(skills)).toContain('skill://write-report/SKILL.md')
  await client.close()
})
