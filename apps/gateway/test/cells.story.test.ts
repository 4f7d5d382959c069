/** The four cells: agents of both eras work with upstreams of both eras, over HTTP and stdio, through one URL. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LegacyUpstream, startLegacyUpstream } from './fixtures/legacy-upstream.ts'
import { connectV1, connectV2 } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures')
let legacy: LegacyUpstream
let gateway: StoryGateway
let key: string
const dataDir = mkdtempSync(join(tmpdir(), 'causeway-notes-'))

beforeAll(async () => {
  legacy = await startLegacyUpstream()
  gateway = await startGateway({
    upstreams: {
      notes: { run: join(FIXTURES, 'notes') },
      old: { url: legacy.url },
      pipe: { command: [process.execPath, join(FIXTURES, 'legacy-upstream.ts'), '--stdio'] },
      notepipe: {
        command: [
          process.execPath,
          join(FIXTURES, 'notes/main.ts'),
          '--stdio',
          '--role',
          'operator',
          '--data',
          dataDir,
        ],
      },
    },
  })
  key = gateway.key('ops')
  await gateway.ready('notes', 'old', 'pipe', 'notepipe')
})
afterAll(async () => {
  await gateway.close()
  await legacy.close()
  rmSync(dataDir, { recursive: true, force: true })
})

const AGENTS = [
  { name: 'SDK v1', connect: async () => likeV2(await connectV1(`${gateway.url}/mcp`, key)) },
  { name: 'SDK v2, modern', connect: () => connectV2(`${gateway.url}/mcp`, key) },
  { name: 'SDK v2, legacy', connect: () => connectV2(`${gateway.url}/mcp`, key, 'legacy') },
] as const

// The clients' types differ in what does not matter here.
type AnyClient = Awaited<ReturnType<typeof connectV2>>

// SDK v1 takes the result schema where v2 takes the options.
function likeV2(client: Awaited<ReturnType<typeof connectV1>>): AnyClient {
  const callTool = client.callTool.bind(client)
  return Object.assign(client, {
    callTool: (params: never, options: never) => callTool(params, undefined, options),
  }) as unknown as AnyClient
}

describe.each(AGENTS)('$name', ({ connect }) => {
  let client: AnyClient
  beforeAll(async () => {
    client = (await connect()) as unknown as AnyClient
  })
  afterAll(() => client.close())

  it("lists the tools of every upstream under its prefix, in the file's order", async () => {
    const names = (await client.listTools()).tools.map((tool) => tool.name)
    expect([...new Set(names.map((name) => name.split('__')[0]))]).toEqual(['notes', 'old', 'pipe', 'notepipe'])
    expect(names).toContain('notes__get_note')
    expect(names).toContain('old__echo')
  })

  it('calls a modern upstream over HTTP', async () => {
    const result = await client.callTool({ name: 'notes__get_note', arguments: { name: 'hello' } })
    expect(result.structuredContent).toEqual({ name: 'hello', text: 'world' })
  })

  it('calls a modern upstream over stdio', async () => {
    const result = await client.callTool({ name: 'notepipe__get_note', arguments: { name: 'hello' } })
    expect(result.structuredContent).toEqual({ name: 'hello', text: 'world' })
  })

  it.each(['old', 'pipe'])('calls the legacy upstream "%s"', async (upstream) => {
    const result = await client.callTool({ name: `${upstream}__echo`, arguments: { message: 'héllo' } })
    expect(result.content).toEqual([{ type: 'text', text: 'legacy: héllo' }])
  })

  it("passes a tool's own failure on untouched", async () => {
    const result = await client.callTool({ name: 'notes__get_note', arguments: { name: 'nothing' } })
    expect(result.isError).toBe(true)
    expect(result.content).toEqual([{ type: 'text', text: 'No note nothing. Call put_note first.' }])
  })

  it('reads resources, templates included, and knows nothing of others', async () => {
    const uris = (await client.listResources()).resources.map((resource) => resource.uri)
    expect(uris).toContain('note://index')
    expect(uris).toContain('legacy://readme')
    expect((await client.listResourceTemplates()).resourceTemplates.map((template) => template.uriTemplate)).toContain(
      'note://by-name/{name}',
    )
    expect((await client.readResource({ uri: 'note://by-name/hello' })).contents[0]).toMatchObject({ text: 'world' })
    expect((await client.readResource({ uri: 'legacy://readme' })).contents[0]).toMatchObject({ text: 'read me' })
    await expect(client.readResource({ uri: 'unknown://x' })).rejects.toMatchObject({ code: -32602 })
  })

  it('lists and renders prompts', async () => {
    expect((await client.listPrompts()).prompts.map((prompt) => prompt.name)).toContain('old__greet')
    expect(
      (await client.getPrompt({ name: 'notes__summarize', arguments: { name: 'x' } })).messages[0]?.content,
    ).toMatchObject({ text: 'Summarize x' })
    expect(
      (await client.getPrompt({ name: 'old__greet', arguments: { name: 'Ada' } })).messages[0]?.content,
    ).toMatchObject({ text: 'Greet Ada' })
  })

  it('completes a template variable', async () => {
    const { completion } = await client.complete({
      ref: { type: 'ref/resource', uri: 'note://by-name/{name}' },
      argument: { name: 'name', value: 'he' },
    })
    expect(completion.values).toEqual(['hello'])
  })

  it.each(['notes__work_slowly', 'notepipe__work_slowly', 'old__slow', 'pipe__slow'])(
    'hears the progress of %s under its own token',
    async (name) => {
      const heard: number[] = []
      const isNotes = name.includes('work_slowly')
      const args = isNotes ? { name: 'p', steps: 3, step_ms: 10 } : { name: 'p', steps: 3, stepMs: 10 }
      await client.callTool({ name, arguments: args }, {
        onprogress: ({ progress }: { progress: number }) => heard.push(progress),
      } as never)
      expect(heard).toEqual([1, 2, 3])
    },
  )

  it.each(['notes__work_slowly', 'old__slow'])(
    'cancels %s, and the upstream hears of it within a second',
    async (name) => {
      const isNotes = name.includes('work_slowly')
      const mark = `cancel-${Math.random()}`
      const args = isNotes ? { name: mark, steps: 500, step_ms: 10 } : { name: mark, steps: 500, stepMs: 10 }
      const abort = new AbortController()
      const call = client.callTool({ name, arguments: args }, {
        signal: abort.signal,
        onprogress: () => abort.abort(),
      } as never)
      await expect(call).rejects.toThrow()
      const startedAt = Date.now()
      await until(async () => {
        if (!isNotes) return legacy.cancelled.includes(mark)
        const { structuredContent } = await client.callTool({ name: 'notes__list_cancelled', arguments: {} })
        return (structuredContent as { names: string[] }).names.includes(mark)
      }, 'the upstream heard of the cancellation')
      expect(Date.now() - startedAt).toBeLessThan(2_000)
    },
  )
})

it('presents the caller to its domain servers, with roles, scopes and the correlation id', async () => {
  const client = await connectV2(`${gateway.url}/mcp`, key)
  const { structuredContent } = await client.callTool({ name: 'notes__who_calls', arguments: {} })
  expect(structuredContent).toMatchObject({ agent: 'ops', roles: ['operator'], scopes: ['notes.read', 'notes.write'] })
  await client.close()
})
