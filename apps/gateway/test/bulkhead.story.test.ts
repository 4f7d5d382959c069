/** Calls that hang at one upstream, as many as it has places and more, hold nobody up who calls another. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ScriptedUpstream, sendResult, startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { postModern } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const tools = [{ name: 'work', inputSchema: { type: 'object' } }]
let stuck: ScriptedUpstream
let fine: ScriptedUpstream
let gateway: StoryGateway
let key: string
const call = (id: string) => postModern(`${gateway.url}/mcp`, key, 'tools/call', { name: `${id}__work` })

beforeAll(async () => {
  ;[stuck, fine] = await Promise.all([startScriptedUpstream({ tools }), startScriptedUpstream({ tools })])
  const upstreams = { stuck: { url: stuck.url, concurrency: 4, timeout: '60s' }, fine: { url: fine.url } }
  gateway = await startGateway({ upstreams })
  key = gateway.key('ops')
  await gateway.ready('stuck', 'fine')
})
afterAll(async () => {
  await gateway.close()
  await Promise.all([stuck.close(), fine.close()])
})

it(
  verifies('reliability.bulkhead', 'serves another upstream while one has all its places and its queue taken'),
  async () => {
    const held: (() => void)[] = []
    stuck.answers.set('work', ({ idText }, response) =>
      held.push(() => sendResult(response, idText, { content: [], resultType: 'complete' })),
    )
    let ended = 0
    const hanging = Array.from({ length: 8 }, () => call('stuck').finally(() => ended++))
    await until(() => held.length === 4, 'every place is taken')
    for (const { json } of await Promise.all(Array.from({ length: 20 }, () => call('fine'))))
      expect(json?.result?.content).toEqual([{ type: 'text', text: 'echo' }])
    expect((await postModern(`${gateway.url}/mcp`, key, 'tools/list')).json?.result?.tools).toHaveLength(2)
    expect([held.length, ended]).toEqual([4, 0])
    stuck.answers.set('work', ({ idText }, response) =>
      sendResult(response, idText, { content: [], resultType: 'complete' }),
    )
    for (const release of held) release()
    expect((await Promise.all(hanging)).filter(({ json }) => json?.error)).toEqual([])
  },
)
