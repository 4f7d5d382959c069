/** A child of a caller's own lives for as long as it is needed: over a parked exchange, until a reload changes it, the gateway drains, or it dies. */
import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { describe, it } from 'vitest'
import { postModern, type RawAnswer } from './support/clients.ts'
import { isRunning } from './support/is-running.ts'
import { type StoryConfig, startGateway, until } from './support/start-gateway.ts'

const command = [process.execPath, join(import.meta.dirname, 'fixtures/stdio-legacy.ts'), 'own']
const config = (more: object = {}): StoryConfig => ({ upstreams: { own: { command, perCaller: true, ...more } } })
const asPerson = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } }
function told({ result }: RawAnswer) {
  const [{ text }] = (result as { content: [{ text: string }] }).content
  return JSON.parse(text)
}

/** A gateway of the story's own, and calls to its children. */
async function start(onTestFinished: (close: () => Promise<void>) => void) {
  const gateway = await startGateway(config())
  onTestFinished(() => gateway.close())
  const key = gateway.key('ops')
  await gateway.ready('own')
  const call = async (name: string, params: object = {}): Promise<RawAnswer> => {
    const all = { name: `own__${name}`, arguments: {}, _meta: asPerson, ...params }
    return (await postModern(`${gateway.url}/mcp`, key, 'tools/call', all)).json as RawAnswer
  }
  /** Calls what asks; resolves with the request that answers it. */
  const park = async (question: string): Promise<object> => {
    const request = { arguments: { question } }
    const { result } = await call('ask_person', request)
    const { inputRequests, requestState } = result as { inputRequests: object; requestState: string }
    const [[ask, { params }] = []] = Object.entries(inputRequests)
    const inputResponses = { [ask as string]: { action: 'accept', content: { color: params.message } } }
    return { ...request, requestState, inputResponses }
  }
  const pidOfOwn = async (): Promise<number> => told(await call('who')).pid
  return { gateway, key, call, park, pidOfOwn }
}

// Each has a gateway of its own and waits for processes most of the time.
describe.concurrent('a child of its caller alone', () => {
  it('goes on with a parked exchange, and serves other calls meanwhile', async ({ expect, onTestFinished }) => {
    const { call, park, pidOfOwn } = await start(onTestFinished)
    const pid = await pidOfOwn()
    const retry = await park('Park?')
    expect(await pidOfOwn()).toBe(pid)
    expect(told(await call('ask_person', retry))).toEqual({ action: 'accept', content: { color: 'own: Park?' } })
  })

  it('asks in calls at the same time, and each is answered what it asked', async ({ expect, onTestFinished }) => {
    const { call, park } = await start(onTestFinished)
    const retries = await Promise.all(['One?', 'Two?', 'Three?'].map(park))
    const answers = await Promise.all(retries.map((retry) => call('ask_person', retry)))
    expect(answers.map((answer) => told(answer).content.color)).toEqual(['own: One?', 'own: Two?', 'own: Three?'])
  })

  it('asks what it wants to know before it works, for the call that it was started for', async ({
    expect,
    onTestFinished,
  }) => {
    const { gateway, key } = await start(onTestFinished)
    const rooted = join(gateway.dir, 'rooted')
    const allowed = join(gateway.dir, 'allowed')
    for (const each of [rooted, allowed]) mkdirSync(each)
    const program = join(import.meta.dirname, '../node_modules/@modelcontextprotocol/server-filesystem/dist/index.js')
    const files = { command: [process.execPath, program, allowed], perCaller: true, asks: { roots: true } }
    gateway.write({ upstreams: { own: files } })
    gateway.listening.reload()
    await gateway.ready('own')
    const client = new Client({ name: 'story', version: '1' }, { capabilities: { roots: {} } })
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: pathToFileURL(rooted).href }] }))
    const requestInit = { headers: { Authorization: `Bearer ${key}` } }
    await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`), { requestInit }))
    const { content } = await client.callTool({ name: 'own__list_allowed_directories', arguments: {} })
    expect(JSON.stringify(content)).toContain(realpathSync(rooted))
    await client.close()
  })

  it('fails a parked exchange clearly when it dies, and is started anew for the next call', async ({
    expect,
    onTestFinished,
  }) => {
    const { call, park, pidOfOwn } = await start(onTestFinished)
    const pid = await pidOfOwn()
    const retry = await park('Die?')
    process.kill(pid, 'SIGKILL')
    await until(() => !isRunning(pid), 'it has died')
    expect((await call('ask_person', retry)).error).toMatchObject({
      code: -32603,
      data: { code: 'upstream_unavailable', retryable: false },
    })
    expect(await pidOfOwn()).not.toBe(pid)
  })

  it('ends when a reload changes its upstream, and when the gateway does, parked exchanges or not', async ({
    expect,
    onTestFinished,
  }) => {
    const { gateway, park, pidOfOwn } = await start(onTestFinished)
    const pid = await pidOfOwn()
    await park('Reload?')
    gateway.write(config({ env: { CHANGED: 'yes' } }))
    gateway.listening.reload()
    await until(() => !isRunning(pid), 'it was ended by the reload')
    await gateway.ready('own')
    const next = await pidOfOwn()
    expect(next).not.toBe(pid)
    await park('Drain?')
    await gateway.restart()
    expect(isRunning(next)).toBe(false)
  })
})
