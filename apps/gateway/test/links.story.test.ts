/** Addresses that an upstream supplies are for agents to look at: the gateway itself fetches none of them. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ScriptedUpstream, sendResult, startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { connectV1, connectV2, postModern } from './support/clients.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const fetched: string[] = []
const canary = createServer((request, response) => {
  fetched.push(String(request.url))
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"type":"object"}')
})
let upstream: ScriptedUpstream
let gateway: StoryGateway
let key: string

beforeAll(async () => {
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
  const at = (path: string) => `http://127.0.0.1:${(canary.address() as AddressInfo).port}/${path}`
  const icons = [{ src: at('icon.png'), mimeType: 'image/png' }]
  upstream = await startScriptedUpstream({
    tools: [
      {
        name: 'linked',
        icons,
        inputSchema: { $schema: at('dialect'), $id: at('id'), type: 'object', properties: { a: { $ref: at('in') } } },
        _meta: { ui: { resourceUri: at('panel') } },
      },
      { name: 'moved', inputSchema: { type: 'object' } },
    ],
    prompts: [{ name: 'asked', icons }],
    resources: [{ uri: at('resource'), name: 'one', icons }],
    resourceTemplates: [{ uriTemplate: `${at('templates')}/{id}`, name: 'many', icons }],
  })
  upstream.answers.set('linked', ({ idText }, response) =>
    sendResult(response, idText, {
      content: [
        { type: 'resource_link', uri: at('link'), name: 'link', icons },
        { type: 'resource', resource: { uri: at('embedded'), text: 'x' } },
      ],
      structuredContent: { b: at('structured') },
      resultType: 'complete',
    }),
  )
  upstream.answers.set('moved', (_, response) => response.writeHead(307, { Location: at('redirect') }).end())
  gateway = await startGateway({ upstreams: { up: { url: upstream.url } } })
  key = gateway.key('ops')
  await gateway.ready('up')
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
  await new Promise((resolve) => canary.close(resolve))
})

it.each([
  ['SDK v1', connectV1],
  ['SDK v2', connectV2],
] as const)(
  verifies('integrity.links', 'nothing is fetched while %s lists, calls, reads and renders'),
  async (_name, connect) => {
    const client = await connect(`${gateway.url}/mcp`, key)
    const { tools } = await client.listTools()
    expect(JSON.stringify(tools)).toContain('"$ref"')
    const { resources } = await client.listResources()
    await client.listResourceTemplates()
    await client.listPrompts()
    await client.getPrompt({ name: 'up__asked' })
    await client.readResource({ uri: resources[0]?.uri as string })
    const called = await postModern(`${gateway.url}/mcp`, key, 'tools/call', {
      name: 'up__linked',
      arguments: { a: 1 },
    })
    expect(JSON.stringify(called.json?.result)).toContain('resource_link')
    await expect(client.callTool({ name: 'up__moved', arguments: {} })).rejects.toThrow()
    await client.close()
    expect(fetched).toEqual([])
  },
)
