/** Third-party MCP servers work unchanged behind the gateway, just as the examples say, for agents of both eras. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectV1, connectV2, postModern } from './support/clients.ts'
import { freePort } from './support/free-port.ts'
import { installed, loadExample } from './support/load-example.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

const dir = mkdtempSync(join(tmpdir(), 'causeway-third-party-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

type Client = Awaited<ReturnType<typeof connectV2>>
const ERAS = [
  ['SDK v1', async (url: string, key: string) => likeV2(await connectV1(url, key))],
  ['SDK v2, modern', (url: string, key: string) => connectV2(url, key)],
] as const

// SDK v1 takes the result schema where v2 takes the options.
function likeV2(client: Awaited<ReturnType<typeof connectV1>>): Client {
  const callTool = client.callTool.bind(client)
  return Object.assign(client, {
    callTool: (params: never, options: never) => callTool(params, undefined, options),
  }) as unknown as Client
}

const toolNames = async (client: Client) => (await client.listTools()).tools.map((tool) => tool.name)
const textOf = (result: unknown) =>
  (result as { content: { text: string }[] }).content.map((each) => each.text).join('')
const called = async (client: Client, name: string, args: Record<string, unknown> = {}) =>
  textOf(await client.callTool({ name, arguments: args }))

describe('examples/everything', () => {
  let gateway: StoryGateway
  let remote: ChildProcess
  let port: number
  let key: string

  async function startRemote(): Promise<ChildProcess> {
    const [node = '', ...args] = installed([
      'npx',
      '-y',
      '@modelcontextprotocol/server-everything@2026.8.31',
      'streamableHttp',
    ])
    const child = spawn(node, args, {
      env: { PATH: process.env.PATH, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    await once(child.stderr, 'data')
    return child
  }

  beforeAll(async () => {
    port = await freePort()
    remote = await startRemote()
    const example = loadExample('everything')
    example.upstreams.remote!.url = `http://127.0.0.1:${port}/mcp`
    process.env.CAUSEWAY_STORY_SECRET = 'not for children'
    gateway = await startGateway({ ...example, agents: { ...example.agents, ops: { roles: ['explorer'] } } })
    key = gateway.key('ops')
    await gateway.ready('everything', 'remote')
  })
  afterAll(async () => {
    delete process.env.CAUSEWAY_STORY_SECRET
    await gateway.close()
    remote.kill('SIGKILL')
  })

  describe.each(ERAS)('for %s', (_name, connect) => {
    let client: Client
    beforeAll(async () => {
      client = await connect(`${gateway.url}/mcp`, key)
    })
    afterAll(() => client.close())

    it('offers the tools of both, without the ones that are hidden or denied', async () => {
      const names = await toolNames(client)
      expect(names).toEqual(expect.arrayContaining(['everything__echo', 'remote__echo', 'remote__get-sum']))
      expect(names.filter((name) => name.endsWith('get-env'))).toEqual([])
      await expect(called(client, 'remote__get-env')).rejects.toMatchObject({ code: -32602 })
    })

    it.each(['everything', 'remote'])('calls "%s"', async (id) => {
      expect(await called(client, `${id}__echo`, { message: 'hello' })).toBe('Echo: hello')
      expect(await called(client, `${id}__get-sum`, { a: 2, b: 3 })).toBe('The sum of 2 and 3 is 5.')
      const weather = await client.callTool({
        name: `${id}__get-structured-content`,
        arguments: { location: 'Chicago' },
      })
      expect(weather.structuredContent).toMatchObject({ conditions: expect.any(String) })
      const { content } = await client.callTool({ name: `${id}__get-tiny-image`, arguments: {} })
      expect(content).toContainEqual(expect.objectContaining({ type: 'image', mimeType: 'image/png' }))
    })

    it.each(['everything', 'remote'])('hears the progress of "%s"', async (id) => {
      const heard: number[] = []
      const params = { name: `${id}__trigger-long-running-operation`, arguments: { duration: 0.3, steps: 3 } }
      const options = { onprogress: ({ progress }: { progress: number }) => heard.push(progress) }
      await client.callTool(params, options)
      expect(heard).toEqual([1, 2, 3])
    })

    it('reads resources and renders prompts', async () => {
      const { resources } = await client.listResources()
      const uri = resources[0]?.uri as string
      expect((await client.readResource({ uri })).contents[0]).toMatchObject({ uri })
      const { resourceTemplates } = await client.listResourceTemplates()
      expect(resourceTemplates.map((template) => template.uriTemplate)).toContain(
        'demo://resource/dynamic/text/{resourceId}',
      )
      const dynamic = await client.readResource({ uri: 'demo://resource/dynamic/text/3' })
      expect(dynamic.contents[0]).toMatchObject({ mimeType: 'text/plain' })
      const prompt = await client.getPrompt({ name: 'everything__args-prompt', arguments: { city: 'Oslo' } })
      expect(JSON.stringify(prompt.messages)).toContain('Oslo')
    })
  })

  it('gives a URI to the upstream that stands first, and the other one its own on its own route', async () => {
    const { catalog } = gateway.listening.gateway
    expect(catalog.current.leftOut.get('remote')?.[0]?.reason).toBe('upstream "everything" has the same URI')
    const { json } = await postModern(`${gateway.url}/s/remote/mcp`, key, 'resources/list')
    expect((json!.result!.resources as unknown[]).length).toBeGreaterThan(0)
  })

  it("keeps the gateway's environment from the child", async () => {
    const example = loadExample('everything')
    gateway.write({ ...example, upstreams: { everything: { ...example.upstreams.everything, tools: {} } } })
    gateway.listening.reload()
    const env = async () =>
      (await postModern(`${gateway.url}/mcp`, undefined, 'tools/call', { name: 'everything__get-env', arguments: {} }))
        .json?.result
    await until(async () => (await env()) !== undefined, 'the tool is there')
    expect(textOf(await env())).toContain('PATH')
    expect(textOf(await env())).not.toContain('not for children')
    example.upstreams.remote!.url = `http://127.0.0.1:${port}/mcp`
    gateway.write({ ...example, agents: { ...example.agents, ops: { roles: ['explorer'] } } })
    gateway.listening.reload()
    await gateway.ready('everything', 'remote')
  })

  it('opens its sessions anew after a restart over HTTP, and the agent keeps its own', async () => {
    const client = likeV2(await connectV1(`${gateway.url}/mcp`, key))
    const echo = () => called(client, 'remote__echo', { message: 'again' })
    expect(await echo()).toBe('Echo: again')
    remote.kill('SIGKILL')
    await once(remote, 'exit')
    remote = await startRemote()
    await until(async () => (await echo().catch(() => '')) === 'Echo: again', 'it answers again')
    await client.close()
  })
})

describe('examples/filesystem', () => {
  let gateway: StoryGateway
  beforeAll(async () => {
    const example = loadExample('filesystem')
    writeFileSync(join(dir, 'welcome.md'), '# Welcome\n')
    example.upstreams.files!.command!.splice(-1, 1, dir)
    gateway = await startGateway(example)
    await gateway.ready('files')
  })
  afterAll(() => gateway.close())

  it.each(ERAS)('lets readers read and editors write, and nobody leave the directory: %s', async (_name, connect) => {
    const url = `${gateway.url}/mcp`
    const [reader, editor] = [await connect(url, gateway.key('reader')), await connect(url, gateway.key('editor'))]
    const names = await toolNames(reader)
    expect(names).toHaveLength(8)
    expect(names).not.toContain('files__write_file')
    expect(await toolNames(editor)).toContain('files__write_file')
    const path = join(dir, 'note.md')
    await expect(called(reader, 'files__write_file', { path, content: 'x' })).rejects.toMatchObject({ code: -32602 })
    await called(editor, 'files__write_file', { path, content: `hello from ${_name}` })
    expect(await called(reader, 'files__read_text_file', { path })).toContain(`hello from ${_name}`)
    expect(readFileSync(path, 'utf8')).toBe(`hello from ${_name}`)
    const outside = await reader.callTool({ name: 'files__read_text_file', arguments: { path: '/etc/hosts' } })
    expect(outside.isError).toBe(true)
    await Promise.all([reader.close(), editor.close()])
  })
})

describe('examples/memory', () => {
  let gateway: StoryGateway
  beforeAll(async () => {
    const example = loadExample('memory')
    example.upstreams.memory!.env = { MEMORY_FILE_PATH: join(dir, 'memory.jsonl') }
    gateway = await startGateway(example)
    await gateway.ready('memory')
  })
  afterAll(() => gateway.close())

  it.each(ERAS)('lets assistants remember, auditors recall and gardeners forget: %s', async (_name, connect) => {
    const as = (agent: string) => connect(`${gateway.url}/mcp`, gateway.key(agent))
    const [assistant, auditor, gardener] = [await as('assistant'), await as('auditor'), await as('gardener')]
    const person = `Ada of ${_name}`
    const entities = [{ name: person, entityType: 'person', observations: ['likes tea'] }]
    await assistant.callTool({ name: 'create_entities', arguments: { entities } })
    const observations = [{ entityName: person, contents: ['likes bicycles'] }]
    const renamed = await assistant.callTool({ name: 'remember', arguments: { observations } })
    expect(renamed._meta).toMatchObject({ 'causeway/deprecated': expect.stringContaining('add_observations') })
    expect(await toolNames(auditor)).toEqual(['read_graph', 'search_nodes', 'open_nodes'])
    expect(await called(auditor, 'search_nodes', { query: 'bicycles' })).toContain(person)
    expect(readFileSync(join(dir, 'memory.jsonl'), 'utf8')).toContain(person)
    expect(await toolNames(assistant)).not.toContain('delete_entities')
    await gardener.callTool({ name: 'delete_entities', arguments: { entityNames: [person] } })
    expect(await called(auditor, 'search_nodes', { query: person })).not.toContain('bicycles')
    await Promise.all([assistant.close(), auditor.close(), gardener.close()])
  })
})

describe('examples/two-eras', () => {
  let gateway: StoryGateway
  beforeAll(async () => {
    gateway = await startGateway(loadExample('two-eras'))
    await gateway.ready('projects', 'everything')
  })
  afterAll(() => gateway.close())

  it('has an upstream of each era', () => {
    const { upstreams } = gateway.listening.gateway.catalog.current
    expect([...upstreams.values()].map((part) => part.identity.era)).toEqual(['modern', 'legacy'])
  })

  it.each(ERAS)('serves both to %s', async (_name, connect) => {
    const client = await connect(`${gateway.url}/mcp`, gateway.key('explorer'))
    expect(await called(client, 'projects__list_tasks', { limit: 1 })).toContain('1 shown')
    expect(await called(client, 'everything__echo', { message: 'hello' })).toBe('Echo: hello')
    await client.close()
  })
})
