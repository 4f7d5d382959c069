/** Callers without a credential, where the configuration lets them be an agent: on this machine, and nowhere through anything. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { post, postModern } from './support/clients.ts'
import { PING, type Scripted, startScripted } from './support/start-scripted.ts'
import { startTestIssuer } from './support/test-issuer.ts'
import { verifies } from './support/verifies.ts'

let scripted: Scripted
beforeAll(async () => {
  scripted = await startScripted({}, { auth: { anonymous: 'ops' } })
})
afterAll(() => scripted.close())

it('are the agent that the configuration names', async () => {
  const { json } = await postModern(scripted.url, undefined, 'tools/call', { name: 'up__echo' })
  expect(json?.result?.content).toEqual([{ type: 'text', text: 'echo' }])
})

it.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'cf-connecting-ip'])(
  verifies('auth.dev', 'are nobody through a proxy or tunnel (%s)'),
  async (name) => {
    expect((await post(scripted.url, undefined, PING, { [name]: '203.0.113.7' })).status).toBe(401)
    // Who proves who calls may come through anything.
    expect((await post(scripted.url, scripted.key, PING, { [name]: '203.0.113.7' })).status).toBe(200)
  },
)

it('are not what a bad credential falls back to', async () => {
  for (const bad of ['wrong', `${scripted.key}x`, 'cwy_live_', 'a.b.c'])
    expect((await post(scripted.url, bad, PING)).status).toBe(401)
  for (const authorization of ['', 'Bearer', 'Basic b3BzOg==', `Bearer  ${scripted.key}`])
    expect((await post(scripted.url, undefined, PING, { authorization })).status).toBe(401)
})

it(
  verifies('auth.dev', 'are nobody once a reload brings an issuer, development or not: the file is refused'),
  async () => {
    const issuer = await startTestIssuer()
    const { gateway } = scripted
    for (const more of [{ issuers: [{ issuer: issuer.url }] }, { development: { port: 0 } }]) {
      gateway.write({ upstreams: {}, auth: { anonymous: 'ops', ...more } })
      expect(() => gateway.listening.reload()).toThrow('Cannot accept callers without a credential')
    }
    await issuer.stop()
  },
)
