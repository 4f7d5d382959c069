/** What changes in an upstream after its first lists and before anybody can listen is heard of all the same. */
import { afterEach, expect, it } from 'vitest'
import {
  bareTool,
  events,
  legacy,
  modern,
  type Script,
  type ScriptedPort,
  sendResult,
  startScripts,
} from './fixtures/scripted-upstream.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

let raw: ScriptedPort
let gateway: StoryGateway
afterEach(async () => {
  await gateway.close()
  await raw.close()
})

/** Lists that change, without a word, as soon as they were read once. */
function changingOnce() {
  const listed = Promise.withResolvers<void>()
  let tools = ['first']
  return {
    listed: listed.promise,
    take() {
      const now = tools
      tools = ['first', 'second']
      setTimeout(listed.resolve, 50)
      return now.map(bareTool)
    },
  }
}

function lateModern(): Script {
  const { listed, take } = changingOnce()
  const acknowledged = { jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: {} }
  return modern({
    capabilities: { tools: { listChanged: true } },
    lists: () => ({ tools: take() }),
    on: {
      'subscriptions/listen': (_request, response) =>
        void listed.then(() => events(response, JSON.stringify(acknowledged))),
    },
  })
}

function lateLegacy(): Script {
  const { listed, take } = changingOnce()
  const plain = legacy([], { call: () => {} })
  return (request, response) => {
    if (request.method === 'GET') void listed.then(() => events(response))
    else if (request.method === 'tools/list') sendResult(response, request.idText, { tools: take() })
    else plain(request, response)
  }
}

it.each([
  ['modern', lateModern],
  ['legacy', lateLegacy],
])('%s', async (_era, script) => {
  raw = await startScripts({ late: script() })
  gateway = await startGateway({ upstreams: { late: { url: raw.url('late') } } })
  await gateway.ready('late')
  const names = () => {
    const part = gateway.listening.gateway.catalog.current.upstreams.get('late')
    return part?.entries.map(({ originalName }) => originalName) ?? []
  }
  expect(names()).toEqual(['first'])
  await until(() => names().includes('second'), 'what changed is listed')
})
