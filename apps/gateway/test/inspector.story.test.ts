/** The official MCP Inspector's command line works through the one URL in both eras, as a process of its own. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LegacyUpstream, startLegacyUpstream } from './fixtures/legacy-upstream.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'
import { stdioCommand } from './support/stdio-command.ts'

const INSPECTOR = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector/package.json')),
  'clients/launcher/build/index.js',
)
const TIMEOUT_MS = 15_000
/** The command's exit code for a tool that is not listed. */
const NO_SUCH_TOOL = 5

const home = mkdtempSync(join(tmpdir(), 'causeway-inspector-'))
let legacy: LegacyUpstream
let gateway: StoryGateway
let key: string

beforeAll(async () => {
  legacy = await startLegacyUpstream()
  gateway = await startGateway({
    upstreams: { notes: { run: join(import.meta.dirname, 'fixtures/notes') }, old: { url: legacy.url } },
  })
  key = gateway.key('ops')
  await gateway.ready('notes', 'old')
})
afterAll(async () => {
  await gateway.close()
  await legacy.close()
  rmSync(home, { recursive: true, force: true })
})

/** Runs one method; rejects with the exit code when it is not 0. */
async function inspect(
  era: string,
  method: string,
  args: string[] = [],
  path = '/mcp',
): Promise<Record<string, unknown>> {
  const target = [gateway.url + path, '--transport', 'http', '--protocol-era', era]
  const credential = ['--header', `Authorization: Bearer ${key}`]
  return runInspector([...target, ...credential], method, args)
}

/** The same with the gateway as a command, as a client's configuration file has it. */
function inspectCommand(era: string, method: string, args: string[] = []): Promise<Record<string, unknown>> {
  const path = join(home, 'mcp.json')
  writeFileSync(path, JSON.stringify({ mcpServers: { causeway: stdioCommand(gateway) } }))
  return runInspector(['--config', path, '--server', 'causeway', '--protocol-era', era], method, args)
}

async function runInspector(target: string[], method: string, args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [INSPECTOR, '--cli', ...target, '--format', 'json', '--quiet', '--method', method, ...args],
    { env: { PATH: process.env.PATH, HOME: home, MCP_INSPECTOR_SECRET_STORE: 'memory' }, timeout: TIMEOUT_MS },
  )
  return (JSON.parse(stdout) as { result: Record<string, unknown> }).result
}

describe.each(['modern', 'legacy'])('as a command, in the %s era', (era) => {
  it('lists, calls and reads', async () => {
    const { tools } = (await inspectCommand(era, 'tools/list')) as { tools: { name: string }[] }
    expect(tools.map((tool) => tool.name)).toEqual(expect.arrayContaining(['notes__get_note', 'old__echo']))
    const args = ['--tool-name', 'notes__get_note', '--tool-args-json', '{"name":"hello"}']
    expect(await inspectCommand(era, 'tools/call', args)).toMatchObject({ structuredContent: { text: 'world' } })
    expect(await inspectCommand(era, 'resources/read', ['--uri', 'note://by-name/hello'])).toMatchObject({
      contents: [{ text: 'world' }],
    })
  })
})

const call = (era: string, name: string, args: object, path?: string) =>
  inspect(era, 'tools/call', ['--tool-name', name, '--tool-args-json', JSON.stringify(args)], path)

describe.each(['modern', 'legacy', 'auto'])('in the %s era', (era) => {
  it('lists the tools of every upstream', async () => {
    const { tools } = (await inspect(era, 'tools/list')) as { tools: { name: string }[] }
    expect(tools.map((tool) => tool.name)).toEqual(expect.arrayContaining(['notes__get_note', 'old__echo']))
  })

  it('calls tools of upstreams of both eras', async () => {
    expect(await call(era, 'notes__get_note', { name: 'hello' })).toMatchObject({
      structuredContent: { name: 'hello', text: 'world' },
    })
    expect(await call(era, 'old__echo', { message: 'hi' })).toMatchObject({
      content: [{ type: 'text', text: 'legacy: hi' }],
    })
  })
})

describe.each(['modern', 'legacy'])('in the %s era', (era) => {
  it('reads resources and gets prompts', async () => {
    expect(await inspect(era, 'resources/read', ['--uri', 'note://by-name/hello'])).toMatchObject({
      contents: [{ text: 'world' }],
    })
    expect(
      await inspect(era, 'prompts/get', ['--prompt-name', 'old__greet', '--prompt-args', 'name=Ada']),
    ).toMatchObject({ messages: [{ content: { text: 'Greet Ada' } }] })
  })

  it('works with one upstream under its own names', async () => {
    expect(await call(era, 'get_note', { name: 'hello' }, '/s/notes/mcp')).toMatchObject({
      structuredContent: { text: 'world' },
    })
  })

  it('finds nothing to object to in the schemas of a domain server', async () => {
    await expect(inspect(era, 'tools/list', ['--strict'], '/s/notes/mcp')).resolves.toBeDefined()
  })

  it('does not find a tool that is not listed', async () => {
    await expect(call(era, 'notes__nothing', {})).rejects.toMatchObject({
      code: NO_SUCH_TOOL,
      stderr: expect.stringContaining('tool_not_found'),
    })
  })
})
