/** One story for each feature of the matrix: what an agent does with an upstream, and what it must see. */
import { expect } from 'vitest'
import { until } from '../support/start-gateway.ts'
import type { Feature } from './cells.ts'
import { addedUri, LINK, PANEL, panelUri, QUESTION, TOPIC } from './full-content.ts'
import type { MatrixAgent } from './matrix-agent.ts'

/** Who plays: the agent, and the upstream's id, which is the scheme of its URIs too. */
export interface Players {
  agent: MatrixAgent
  id: string
}

type Story = (players: Players) => Promise<void>

const LOG_LEVEL_META = 'io.modelcontextprotocol/logLevel'
const CHANGED = 'notifications/tools/list_changed'
const ALL_CHANGED = ['tools', 'prompts', 'resources'].map((kind) => `notifications/${kind}/list_changed`)

let count = 0
/** A word that no other story uses. */
const fresh = (word: string) => `${word}_${++count}`

const toolNames = async ({ client }: MatrixAgent) => (await client.listTools()).tools.map(({ name }) => name)

/** The stories. */
export const FEATURE_STORIES: Readonly<Record<Feature, Story>> = {
  async tools({ agent, id }) {
    expect(await toolNames(agent)).toContain(`${id}__echo`)
    expect(await agent.call(`${id}__echo`, { message: 'héllo' })).toBe('héllo')
  },

  async prompts({ agent: { client }, id }) {
    expect((await client.listPrompts()).prompts.map(({ name }) => name)).toContain(`${id}__greet`)
    const { messages } = await client.getPrompt({ name: `${id}__greet`, arguments: { name: 'Ada' } })
    expect(messages).toEqual([{ role: 'user', content: { type: 'text', text: 'Greet Ada' } }])
  },

  async resources({ agent: { client }, id }) {
    const uri = `${id}://watched`
    expect((await client.listResources()).resources.map((each) => each.uri)).toContain(uri)
    expect((await client.readResource({ uri })).contents).toEqual([{ uri, text: `watched of ${id}` }])
  },

  async templates({ agent: { client }, id }) {
    const { resourceTemplates } = await client.listResourceTemplates()
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain(`${id}://item/{id}`)
    expect((await client.readResource({ uri: `${id}://item/two` })).contents).toMatchObject([{ text: 'item two' }])
  },

  async completion({ agent: { client }, id }) {
    const values = async (ref: Parameters<typeof client.complete>[0]['ref'], name: string) =>
      (await client.complete({ ref, argument: { name, value: 't' } })).completion.values
    expect(await values({ type: 'ref/prompt', name: `${id}__greet` }, 'name')).toEqual(['two'])
    expect(await values({ type: 'ref/resource', uri: `${id}://item/{id}` }, 'id')).toEqual(['two'])
  },

  async progress({ agent, id }) {
    const told: number[] = []
    expect(await agent.call(`${id}__work`, {}, { onprogress: ({ progress }) => told.push(progress) })).toBe('worked')
    expect(told).toEqual([1, 2, 3])
  },

  async cancellation({ agent, id }) {
    const { client } = agent
    const upstreamSays = async (text: string) => (await agent.call(`${id}__cancelled`)).includes(text)
    const asks: ((mark: string, options: { signal: AbortSignal }) => Promise<unknown>)[] = [
      (mark, options) => agent.call(`${id}__hang`, { mark }, options),
      (mark, options) => client.getPrompt({ name: `${id}__hang`, arguments: { mark } }, options),
      (mark, options) => client.readResource({ uri: `${id}://hang/${mark}` }, options),
    ]
    for (const ask of asks) {
      const mark = fresh('mark')
      const abort = new AbortController()
      const ended = expect(ask(mark, { signal: abort.signal })).rejects.toThrow()
      await until(() => upstreamSays(`begun ${mark}`), 'the upstream began')
      abort.abort()
      await ended
      const startedAtMs = performance.now()
      await until(() => upstreamSays(`cancelled ${mark}`), 'the upstream heard of it')
      expect(performance.now() - startedAtMs).toBeLessThan(1_000)
    }
  },

  async logging({ agent, id }) {
    const isModern = agent.era === 'modern'
    agent.logged.length = 0
    // A modern agent hears nothing unless it says in the call from which severity on.
    if (isModern) await agent.call(`${id}__talk`)
    else await agent.client.setLoggingLevel('info')
    await agent.call(`${id}__talk`, {}, isModern ? { _meta: { [LOG_LEVEL_META]: 'info' } } : {})
    expect(agent.logged).toMatchObject([{ level: 'error', data: TOPIC }])
  },

  async 'elicitation form'({ agent, id }) {
    expect(JSON.parse(await agent.call(`${id}__ask_form`))).toMatchObject({
      action: 'accept',
      content: { color: 'green' },
    })
    expect(agent.asked.at(-1)).toMatchObject({
      method: 'elicitation/create',
      params: { message: `${id}: ${QUESTION}` },
    })
  },

  async 'elicitation URL'({ agent, id }) {
    expect(JSON.parse(await agent.call(`${id}__ask_link`))).toMatchObject({ action: 'accept' })
    expect(agent.asked.at(-1)?.params).toMatchObject({ mode: 'url', url: LINK, message: `${id}: ${QUESTION}` })
  },

  async sampling({ agent, id }) {
    expect(await agent.call(`${id}__ask_model`)).toContain('green, says the model')
    expect(agent.asked.at(-1)?.method).toBe('sampling/createMessage')
  },

  async roots({ agent, id }) {
    expect(await agent.call(`${id}__ask_roots`)).toContain('file:///matrix')
    expect(agent.asked.at(-1)?.method).toBe('roots/list')
  },

  async 'list changes'({ agent, id }) {
    const name = fresh('added')
    const stop = await agent.watch()
    agent.heard.length = 0
    await agent.call(`${id}__add`, { name })
    await until(() => ALL_CHANGED.every((each) => agent.heard.includes(each)), 'the agent heard of the changes')
    await until(async () => (await toolNames(agent)).includes(`${id}__${name}`), 'the tool is listed')
    expect((await agent.client.listPrompts()).prompts.map((each) => each.name)).toContain(`${id}__${name}`)
    expect((await agent.client.listResources()).resources.map(({ uri }) => uri)).toContain(addedUri(id, name))
    await stop()
  },

  async 'resource subscriptions'({ agent, id }) {
    const uri = `${id}://watched`
    const stop = await agent.watch(uri)
    agent.heard.length = 0
    await agent.call(`${id}__touch`)
    await until(() => agent.heard.includes(`notifications/resources/updated ${uri}`), 'the agent heard of the update')
    await stop()
  },

  async listen({ agent, id }) {
    const wanted = { toolsListChanged: true, resourceSubscriptions: [`${id}://watched`] }
    const listening = await agent.client.listen({ ...wanted, resourceSubscriptions: [`${id}://watched`, 'none://x'] })
    expect(listening.honoredFilter).toMatchObject(wanted)
    agent.heard.length = 0
    const name = fresh('added')
    await agent.call(`${id}__add`, { name })
    await agent.call(`${id}__touch`)
    const both = [CHANGED, `notifications/resources/updated ${id}://watched`]
    await until(() => both.every((each) => agent.heard.includes(each)), 'the agent heard of both on one stream')
    await until(async () => (await toolNames(agent)).includes(`${id}__${name}`), 'the tool is listed')
    await listening.close()
  },

  async Tasks({ agent: { request }, id }) {
    const { resultType, taskId } = await request('tools/call', { name: `${id}__job`, arguments: {} })
    expect(resultType).toBe('task')
    const status = () => request('tasks/get', { taskId })
    await until(async () => (await status()).status === 'completed', 'the task is complete')
    expect(JSON.stringify(await status())).toContain('job done')
  },

  async Apps({ agent, id }) {
    const uri = panelUri(id)
    const tool = (await agent.client.listTools()).tools.find(({ name }) => name === `${id}__panel`)
    expect(tool?._meta).toMatchObject({ ui: { resourceUri: uri } })
    expect((await agent.client.readResource({ uri })).contents).toEqual([{ uri, ...PANEL }])
    expect(await agent.call(`${id}__panel`)).toBe('shown')
  },

  async Skills({ agent, id }) {
    const { client, skills } = await agent.withSkills()
    const skill = (await skills.list()).skills.find(({ uri }) => uri === `skill://${id}/SKILL.md`)
    expect((await skills.read(skill as never, 'steps.md')).text).toBe(`Steps of ${id}.`)
    expect((await skills.read(skill as never)).verified).toBe(true)
    await client.close()
  },
}
