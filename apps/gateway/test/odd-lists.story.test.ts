/** However an upstream shapes its lists, an agent sees and calls what it may use, and nothing else. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { json, modern, type Script, type ScriptedPort, startScripts } from './fixtures/scripted-upstream.ts'
import { post, postModern } from './support/clients.ts'
import { OPERATOR_RULES, type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

/** Stands in every definition that nobody may see. */
const CANARY = 'canary-of-the-hidden'
const SHOWN = '{"name":"shown","inputSchema":{"type":"object"}}'
const bad = (name: string, more = '') =>
  `{"name":${name},"description":"${CANARY}",${more}"inputSchema":{"type":"object"}}`
const HIDDEN = bad('"hidden"')
const TRUST_ME = '"_meta":{"causeway/tool":{"effect":"read","scopes":[],"tags":["shown"]}},'
const REST = '"resultType":"complete","ttlMs":0,"cacheScope":"private"'
const ofTools = (...tools: string[]) => `{"tools":[${tools}],${REST}}`

/** The text of the result of `tools/list`, by what is odd about it. */
const RESULTS: Record<string, string> = {
  nothing: ofTools(SHOWN, HIDDEN),
  'its own word for what it is': ofTools(SHOWN, bad('"hidden"', `${TRUST_ME}"annotations":{"readOnlyHint":true},`)),
  'a public name for an original one': ofTools(SHOWN, ...['self', 'other', 'odd'].map((id) => bad(`"${id}__shown"`))),
  'names that look alike': ofTools(
    SHOWN,
    ...['SHOWN', 'Shown', 'shown ', ' shown', 'shown/', './shown', 'sh\\u200bown', '\\u0455hown', 'shown\\u0000'].map(
      (name) => bad(`"${name}"`),
    ),
  ),
  'names of what every object has': ofTools(
    SHOWN,
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length'].map((name) => bad(`"${name}"`)),
  ),
  'names that are no text': ofTools(
    SHOWN,
    ...['["shown"]', '{"toString":"shown"}', '7', 'null', 'true'].map((it) => bad(it)),
  ),
  'two names': ofTools(SHOWN, bad('"hidden","name":"shown"'), bad('"shown","name":"hidden"')),
  'a name in other letters': ofTools(
    SHOWN,
    `{"n\\u0061me":"hidden","description":"${CANARY}","inputSchema":{"type":"object"}}`,
  ),
  'two tools of one name': ofTools(SHOWN, bad('"shown"')),
  'a list in a list': ofTools(SHOWN, `[${HIDDEN}]`),
  'two lists': `{"tools":[${SHOWN}],"tools":[${HIDDEN}],${REST}}`,
  'two lists, the other way round': `{"tools":[${HIDDEN}],"tools":[${SHOWN}],${REST}}`,
  'an object for a list': `{"tools":{"0":${HIDDEN},"length":1},${REST}}`,
  'no list': `{${REST}}`,
  'a text for a list': `{"tools":"${CANARY}",${REST}}`,
  'a prototype': `{"__proto__":{"tools":[${HIDDEN}]},"tools":[${SHOWN}],${REST}}`,
  'a prototype of a tool': ofTools(
    `{"__proto__":{"name":"shown"},"description":"${CANARY}","inputSchema":{"type":"object"}}`,
  ),
  'other lists beside it': `{"tools":[${SHOWN}],"prompts":[{"name":"p","description":"${CANARY}"}],"resources":[{"uri":"x://y","name":"${CANARY}"}],"_meta":{"tools":[${HIDDEN}]},${REST}}`,
  'an array for a result': `[${HIDDEN}]`,
  'a text for a result': `"${CANARY}"`,
  'no result': 'null',
  'a cursor that is no text': `{"tools":[${SHOWN},${HIDDEN}],"nextCursor":{"tools":[${HIDDEN}]},${REST}}`,
  'a cursor that tells': `{"tools":[${SHOWN},${HIDDEN}],"nextCursor":"${CANARY}",${REST}}`,
}
const IDS = Object.keys(RESULTS).map((_, at) => `odd${at}`)
/** What may be called by the names that stand in them. */
const CALLED = ['hidden', 'self__shown', 'SHOWN', 'shown ', '__proto__', 'constructor', 'toString', '7', 'ѕhown']

let upstreams: ScriptedPort
let gateway: StoryGateway
let key: string
const reached: unknown[] = []

beforeAll(async () => {
  upstreams = await startScripts(
    Object.fromEntries(Object.values(RESULTS).map((result, at) => [IDS[at], answering(result)])),
  )
  const entries = IDS.map((id) => [id, { url: upstreams.url(id) }])
  gateway = await startGateway({
    upstreams: Object.fromEntries(entries),
    agents: { guest: { roles: ['guest'] }, ops: { roles: ['operator'] } },
    rules: [
      ...OPERATOR_RULES,
      { id: 'shown', effect: 'allow', roles: ['guest'], tools: [...IDS.map((id) => `${id}__shown`), 'effect:read'] },
      { id: 'tagged', effect: 'allow', roles: ['guest'], tools: ['tag:shown'] },
    ],
  })
  key = gateway.key('guest')
  const { gateway: running } = gateway.listening
  await until(
    () => [...running.upstreams.values()].every(({ state }) => state.kind !== 'connecting'),
    'all were listed',
  )
})
afterAll(async () => {
  await gateway.close()
  await upstreams.close()
})

function answering(result: string): Script {
  return modern({
    on: {
      'tools/list': ({ idText }, response) => json(response, `{"jsonrpc":"2.0","id":${idText},"result":${result}}`),
      'tools/call': ({ params, idText }, response) => {
        reached.push(params.name)
        json(response, `{"jsonrpc":"2.0","id":${idText},"result":{"content":[],"resultType":"complete"}}`)
      },
    },
  })
}

const send = {
  modern: (url: string, method: string, params: object) => postModern(url, key, method, { ...params }),
  legacy: (url: string, method: string, params: object) =>
    post(url, key, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })),
}
const ERAS = ['modern', 'legacy'] as const

it('there is something to hide', async () => {
  const { text } = await postModern(`${gateway.url}/mcp`, gateway.key('ops'), 'tools/list')
  for (const name of ['odd0__hidden', 'odd2__self__shown', 'odd4__constructor']) expect(text).toContain(`"${name}"`)
})

it.each(ERAS)(verifies('policy.odd-lists', 'the whole list has nothing else in it, %s'), async (era) => {
  const shown = new Set<string>()
  for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']) {
    const { text, json: answer } = await send[era](`${gateway.url}/mcp`, method, {})
    expect(text).not.toContain(CANARY)
    for (const { name } of (answer?.result?.tools ?? []) as { name: string }[]) shown.add(name)
  }
  expect([...shown].filter((name) => !IDS.some((id) => name === `${id}__shown`))).toEqual([])
  expect(shown).toContain('odd0__shown')
})

it.each(Object.keys(RESULTS).map((what, at) => [what, IDS[at] as string]))(
  verifies('policy.odd-lists', 'with %s, its own route shows no more, and no hidden name can be called'),
  async (_, id) => {
    reached.length = 0
    for (const era of ERAS) {
      const own = await send[era](`${gateway.url}/s/${id}/mcp`, 'tools/list', {})
      expect(own.text).not.toContain(CANARY)
      expect(((own.json?.result?.tools ?? []) as { name: string }[]).map(({ name }) => name).join()).toMatch(
        /^(shown)?$/,
      )
      for (const name of CALLED)
        for (const [route, called] of [
          ['/mcp', `${id}__${name}`],
          [`/s/${id}/mcp`, name],
        ] as const) {
          // A header holds neither blanks at its ends nor what is not ASCII.
          const headers = { 'mcp-name': `=?base64?${Buffer.from(called).toString('base64')}?=` }
          const params = { name: called, arguments: {} }
          const { text } =
            era === 'modern'
              ? await postModern(`${gateway.url}${route}`, key, 'tools/call', params, headers)
              : await send.legacy(`${gateway.url}${route}`, 'tools/call', params)
          expect(text).toContain('"error"')
          expect(text).not.toContain(CANARY)
        }
    }
    expect(reached).toEqual([])
  },
)
