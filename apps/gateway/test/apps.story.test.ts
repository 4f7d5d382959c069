/** The Apps extension end to end: what tools and pages say of themselves, what the client can show, and whose page is read, in all four cells. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { getToolUiResourceUri, isToolVisibilityAppOnly } from '@modelcontextprotocol/ext-apps/app-bridge'
import { RESOURCE_MIME_TYPE } from '@modelcontextprotocol/ext-apps/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PAGE, PAGE_META, startLegacyApp, startModernApp } from './fixtures/apps-upstreams.ts'
import { startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { postModern } from './support/clients.ts'
import { OPERATOR_RULES, type StoryGateway, startGateway } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const UI = 'io.modelcontextprotocol/ui'
const CAN_SHOW = { mimeTypes: [RESOURCE_MIME_TYPE], 'x-host': 7 }
const URIS = { fresh: 'ui://fresh/page', old: 'ui://old/page' }

let gateway: StoryGateway
let key: string
const fixtures: { close(): Promise<void> }[] = []

beforeAll(async () => {
  const fresh = await startModernApp(URIS.fresh)
  const old = await startLegacyApp(URIS.old)
  const unlisted = await startScriptedUpstream({
    tools: [
      { name: 'own', inputSchema: { type: 'object' }, _meta: { 'ui/resourceUri': 'ui://unlisted/page' } },
      {
        name: 'copy',
        inputSchema: { type: 'object' },
        _meta: { ui: { resourceUri: URIS.fresh, visibility: ['app'] }, 'ui/resourceUri': URIS.fresh, x: 1 },
      },
    ],
  })
  fixtures.push(fresh, old, unlisted)
  gateway = await startGateway({
    upstreams: { fresh: { url: fresh.url }, old: { url: old.url }, unlisted: { url: unlisted.url } },
    agents: { host: { roles: ['operator'] }, plain: { roles: ['tools'] } },
    rules: [...OPERATOR_RULES, { id: 'tools', effect: 'allow', roles: ['tools'], tools: ['*'] }],
  })
  await gateway.ready('fresh', 'old', 'unlisted')
  key = gateway.key('host')
})
afterAll(async () => {
  await gateway.close()
  await Promise.all(fixtures.map((each) => each.close()))
})

async function connectHost(era: 'modern' | 'legacy', path = '/mcp'): Promise<Client> {
  const client = new Client(
    { name: 'host', version: '1.0.0' },
    {
      versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' },
      capabilities: { extensions: { [UI]: CAN_SHOW } },
    },
  )
  const headers = { Authorization: `Bearer ${key}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${gateway.url}${path}`), { requestInit: { headers } }),
  )
  return client
}

describe.each(['modern', 'legacy'] as const)(verifies('protocol.extensions', 'a %s host'), (era) => {
  describe.each(['fresh', 'old'] as const)('and the upstream %s', (upstream) => {
    it('links tools to their page and calls both kinds of tool', async () => {
      const host = await connectHost(era)
      const { tools } = await host.listTools()
      const named = (name: string) => tools.find((tool) => tool.name === `${upstream}__${name}`)
      expect(getToolUiResourceUri(named('weather') ?? {})).toBe(URIS[upstream])
      expect(named('weather')?._meta).toEqual({
        ui: { resourceUri: URIS[upstream], visibility: ['model', 'app'] },
        'ui/resourceUri': URIS[upstream],
        'com.example/unknown': 1,
      })
      expect(isToolVisibilityAppOnly(named('refresh') ?? {})).toBe(true)
      const refreshed = await host.callTool({ name: `${upstream}__refresh`, arguments: {} })
      expect(refreshed.content).toEqual([{ type: 'text', text: 'Fresh' }])
      await host.close()
    })

    it('lists and reads the page as it is', async () => {
      const host = await connectHost(era)
      const { resources } = await host.listResources()
      const page = resources.find(({ uri }) => uri === URIS[upstream])
      expect(page).toMatchObject({ mimeType: RESOURCE_MIME_TYPE, description: 'The page', _meta: PAGE_META })
      const { contents } = await host.readResource({ uri: URIS[upstream] })
      expect(contents).toEqual([{ uri: URIS[upstream], mimeType: RESOURCE_MIME_TYPE, text: PAGE, _meta: PAGE_META }])
      await host.close()
    })

    it('tells the upstream what the host can show', async () => {
      const host = await connectHost(era)
      const { structuredContent, _meta } = await host.callTool({ name: `${upstream}__weather`, arguments: {} })
      expect(structuredContent).toEqual({ seen: CAN_SHOW })
      expect(_meta).toMatchObject({ viewUUID: 'v-1' })
      await host.close()
    })
  })

  it.each(['/mcp', '/s/fresh/mcp'])('hears on %s what the upstream announces', async (path) => {
    const host = await connectHost(era, path)
    expect(host.getServerCapabilities()?.extensions).toEqual({ [UI]: { 'x-upstream': true } })
    await host.close()
  })
})

it('reads a page that only its tool names', async () => {
  const { status, json } = await postModern(`${gateway.url}/mcp`, key, 'resources/read', { uri: 'ui://unlisted/page' })
  expect([status, json?.result?.resultType]).toEqual([200, 'complete'])
})

it('shows no page of one upstream for the results of another', async () => {
  const list = async (path: string) => {
    const { json } = await postModern(`${gateway.url}${path}`, key, 'tools/list')
    return json?.result?.tools as { name: string; _meta?: unknown }[]
  }
  const metaOf = (tools: { name: string; _meta?: unknown }[], name: string) =>
    tools.find((each) => each.name === name)?._meta
  expect(metaOf(await list('/mcp'), 'unlisted__copy')).toEqual({ ui: { visibility: ['app'] }, x: 1 })
  expect(metaOf(await list('/s/unlisted/mcp'), 'copy')).toMatchObject({ ui: { resourceUri: URIS.fresh } })
})

it('reads no page for whom no rule allows it, whatever tools are allowed', async () => {
  for (const uri of Object.values(URIS)) {
    const { json } = await postModern(`${gateway.url}/mcp`, gateway.key('plain'), 'resources/read', { uri })
    expect(json?.error).toMatchObject({ code: -32602, data: { code: 'unknown_resource' } })
  }
})
