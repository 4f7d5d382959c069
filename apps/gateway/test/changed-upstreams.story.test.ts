/** A reload changes an upstream: what is known of it is judged anew at once, calls under way end well, and it never has two children. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  bareTool,
  modern,
  type ScriptedPort,
  sendResult,
  startScriptedUpstream,
  startScripts,
} from './fixtures/scripted-upstream.ts'
import { postModern } from './support/clients.ts'
import { type StoryConfig, type StoryGateway, startGateway, until } from './support/start-gateway.ts'

describe('an upstream whose settings change', () => {
  const tools = ['keep', 'drop'].map((name) => ({ name, inputSchema: { type: 'object' } }))
  const hidden = { tools: { drop: { hidden: true } } }
  const names = (story: StoryGateway) =>
    story.listening.gateway.catalog.current.entries.tools.map((entry) => entry.publicName)

  it('is judged by the new ones at once, by what it listed last', async () => {
    const upstream = await startScriptedUpstream({ tools })
    const story = await startGateway({ upstreams: { up: { url: upstream.url } } })
    await story.ready('up')
    await until(() => existsSync(join(story.dir, 'data', 'catalog', 'up.json')), 'its lists are on disk')
    story.write({ upstreams: { up: { url: upstream.url, ...hidden } } })
    story.listening.reload()
    expect(names(story)).toEqual(['up__keep'])
    await story.close()
    await upstream.close()
  })

  it('is listed as it was until it has listed from where it is now', async () => {
    const upstream = await startScriptedUpstream({ tools })
    const moved = await startScripts({ up: () => {} })
    const story = await startGateway({ upstreams: { up: { url: upstream.url } } })
    await story.ready('up')
    story.write({ upstreams: { up: { url: moved.url('up'), ...hidden } } })
    story.listening.reload()
    expect(names(story)).toEqual(['up__keep'])
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(names(story)).toEqual(['up__keep'])
    moved.scripts.up = modern({})
    story.write({ upstreams: { up: { url: moved.url('up'), concurrency: 3 } } })
    story.listening.reload()
    await until(() => names(story).includes('up__hello'), 'the new place has listed')
    expect(names(story)).toEqual(['up__hello'])
    await story.close()
    await Promise.all([upstream.close(), moved.close()])
  })

  it('never has two children at a time', async () => {
    const script = `const { appendFileSync } = require('node:fs')
      const tell = (what) => appendFileSync(process.argv[1], what + ' ')
      process.on('SIGTERM', () => setTimeout(() => { tell('end'); process.exit() }, 300))
      setInterval(() => {}, 1000)
      tell('start')`
    const dir = mkdtempSync(join(tmpdir(), 'causeway-story-'))
    const told = join(dir, 'told')
    const said = () => (existsSync(told) ? readFileSync(told, 'utf8') : '')
    const config = (NAME: string) => ({
      upstreams: { up: { command: [process.execPath, '-e', script, told], env: { NAME } } },
    })
    const story = await startGateway(config('One'))
    await until(() => said() === 'start ', 'the first child runs')
    for (const name of ['Two', 'Three']) {
      story.write(config(name))
      story.listening.reload()
    }
    await until(() => said().split('start').length > 2, 'the next child runs')
    story.write({ upstreams: {} })
    story.listening.reload()
    await story.close()
    expect(said()).toBe('start end start end ')
    rmSync(dir, { recursive: true })
  })

  describe('while a call is under way', () => {
    let http: ScriptedPort
    let story: StoryGateway
    let discovered: number
    let held: ((text: string) => void)[]
    const upHeaders: unknown[] = []
    const config = (up: object): StoryConfig => ({ upstreams: { up: { url: http.url('up'), ...up } } })
    const reloadWith = (up: object) => {
      story.write(config(up))
      story.listening.reload()
    }
    const call = async (name: string) => {
      const { json } = await postModern(`${story.url}/mcp`, story.key('ops'), 'tools/call', { name })
      return json?.result?.content ?? json?.error
    }
    const text = (said: string) => [{ type: 'text', text: said }]

    beforeEach(async () => {
      discovered = 0
      held = []
      const plain = modern({ lists: () => ({ tools: [bareTool('hold'), bareTool('say')] }) })
      http = await startScripts({
        up(request, response) {
          if (request.method === 'server/discover') discovered++
          if (request.method === 'tools/call') upHeaders.push(request.headers['x-key'])
          if (request.params.name !== 'hold') return plain(request, response)
          held.push((said) => sendResult(response, request.idText, { content: text(said), resultType: 'complete' }))
        },
      })
      story = await startGateway(config({ headers: { 'X-Key': 'one' } }))
      await story.ready('up')
    })
    afterEach(async () => {
      await story.close()
      await http.close()
    })

    it('keeps its connection when only its settings change, and the settings are in force at once', async () => {
      const holding = call('up__hold')
      await until(() => held.length === 1, 'the call is under way')
      const upstream = story.listening.gateway.upstreams.get('up')
      reloadWith({
        headers: { 'X-Key': 'one' },
        title: 'Two',
        tags: ['new'],
        timeout: '5s',
        tools: { say: { hidden: true } },
      })
      expect(names(story)).toEqual(['up__hold'])
      expect(story.listening.gateway.catalog.current.entries.tools[0]?.facts.tags).toEqual(['new'])
      expect(story.listening.gateway.upstreams.get('up')).toBe(upstream)
      expect(upstream?.config.title).toBe('Two')
      reloadWith({ headers: { 'X-Key': 'one' }, namespace: 'other' })
      expect(names(story)).toEqual(['other__hold', 'other__say'])
      expect(await call('other__say')).toEqual(text('say'))
      held[0]?.('held')
      expect(await holding).toEqual(text('held'))
      expect(discovered).toBe(1)
    })

    it('is called over another connection when what that is made of changes, and the call ends well on the old one', async () => {
      const holding = call('up__hold')
      await until(() => held.length === 1, 'the call is under way')
      reloadWith({ headers: { 'X-Key': 'two' } })
      expect(await call('up__say')).toEqual(text('say'))
      expect(upHeaders.slice(-2)).toEqual(['one', 'two'])
      held[0]?.('held')
      expect(await holding).toEqual(text('held'))
      expect(discovered).toBe(2)
    })

    it('answers the call although it is configured no more', async () => {
      const holding = call('up__hold')
      await until(() => held.length === 1, 'the call is under way')
      story.write({ upstreams: {} })
      story.listening.reload()
      expect(await call('up__say')).toMatchObject({ code: -32602 })
      held[0]?.('held')
      expect(await holding).toEqual(text('held'))
    })
  })

  it('ends its child when the last call on it has ended, and calls go to the next one', async () => {
    const fixture = join(import.meta.dirname, 'fixtures/legacy-upstream.ts')
    const command = [process.execPath, '--disable-warning=ExperimentalWarning', fixture, '--stdio']
    const config = (NAME: string) => ({ upstreams: { up: { command, era: 'legacy', env: { NAME } } } })
    const story = await startGateway(config('one'))
    await story.ready('up')
    const call = async (tool: string, args: object) => {
      const { json } = await postModern(`${story.url}/mcp`, story.key('ops'), 'tools/call', {
        name: tool,
        arguments: args,
      })
      return json?.result?.content
    }
    const slow = call('up__slow', { name: 'a', steps: 2, stepMs: 250 })
    await new Promise((resolve) => setTimeout(resolve, 100))
    story.write(config('two'))
    story.listening.reload()
    expect(await slow).toEqual([{ type: 'text', text: 'done' }])
    await story.ready('up')
    expect(await call('up__echo', { message: 'x' })).toEqual([{ type: 'text', text: 'legacy: x' }])
    await story.close()
  })
})
