/** The part of the contract about trust: a domain server that has a gateway serves nobody else, and applies the caller's scopes itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CALL_META_KEY } from '../wire-names.ts'
import type { Directories } from './directories.ts'
import type { DomainContract } from './domain-contract.ts'
import { ISOLATION_CHECKS } from './isolation-checks.ts'
import { ask, type Odd, openTrustingPlace, scopesOf, type TrustingPlace } from './trusting-place.ts'

/** Declares the checks for one domain server. */
export function declareTrustChecks(contract: DomainContract, directories: Directories): void {
  describe('contract, with a gateway', () => {
    let place: TrustingPlace
    beforeAll(async () => {
      place = await openTrustingPlace(contract, directories.fresh())
    })
    afterAll(() => place?.stop())
    declareRefusals(() => place)
    declareScopes(contract, () => place)
    for (const { title, run } of ISOLATION_CHECKS) it(title, () => run(contract, place))
  })
}

function declareRefusals(place: () => TrustingPlace): void {
  const nowS = () => Math.floor(Date.now() / 1_000)
  const odd: [string, () => Odd][] = [
    ['for another upstream', () => ({ claims: { aud: 'other' } })],
    ['for nobody', () => ({ claims: { aud: undefined } })],
    ['of another gateway', () => ({ claims: { iss: 'http://127.0.0.1:1' } })],
    ['that has expired', () => ({ claims: { exp: nowS() - 1 } })],
    ['without an end', () => ({ claims: { exp: undefined } })],
    ['without scopes', () => ({ claims: { scopes: undefined } })],
    ['of an agent, which an issuer gave it', () => ({ type: 'at+jwt' })],
    ['of the type JWT', () => ({ type: 'JWT' })],
    ['without a type', () => ({ type: undefined })],
    ['by a key that is not published', () => ({ key: 'other' })],
    ['by another kind of key', () => ({ key: 'es256' })],
    ['by a shared secret', () => ({ key: 'secret' })],
  ]
  it.each(odd)('refuses a token %s', async (_name, make) => {
    expect((await ask(place(), await place().token([], make()), 'tools/list')).status).toBe(401)
  })

  it('takes no word of a gateway about another caller, or one that is no message', async () => {
    const token = await place().token([])
    const message = { type: 'toolRequest', messageId: 'm', agent: 'bot', origin: 'o', correlationId: 'c' }
    const { tools = [] } = (await ask(place(), token, 'tools/list')).result
    const answerTo = (said: object) =>
      ask(place(), token, 'tools/call', { name: tools[0]?.name, arguments: {}, _meta: { [CALL_META_KEY]: said } })
    expect((await answerTo(message)).result._meta?.[CALL_META_KEY]).toMatchObject({ inReplyTo: 'm' })
    for (const other of [{ agent: 'other' }, { user: 'maria' }, { messageId: '' }, { correlationId: 7 }])
      expect(JSON.stringify(await answerTo({ ...message, ...other }))).toContain('no message of this caller')
  })

  it('refuses who has no token, or has it elsewhere', async () => {
    const token = await place().token([])
    expect((await ask(place(), token, 'tools/list')).status).toBe(200)
    expect((await ask(place(), undefined, 'tools/list')).status).toBe(401)
    expect((await ask(place(), undefined, 'tools/list', { _meta: { 'causeway/token': token } })).status).toBe(401)
    const elsewhere = { ...place(), url: `${place().url}?access_token=${token}` }
    expect((await ask(elsewhere, undefined, 'tools/list')).status).toBe(401)
  })
}

function declareScopes({ reads, resources, prompts }: DomainContract, place: () => TrustingPlace): void {
  it('calls no tool without all of its scopes', async () => {
    const { tools = [] } = (await ask(place(), await place().token([]), 'tools/list')).result
    expect(tools.length).toBeGreaterThan(0)
    const all = [...new Set(tools.flatMap(scopesOf))]
    for (const tool of tools)
      for (const lacking of scopesOf(tool)) {
        const token = await place().token(all.filter((scope) => scope !== lacking))
        const { result } = await ask(place(), token, 'tools/call', { name: tool.name, arguments: {} })
        expect([tool.name, result.isError, result.structuredContent?.error.code]).toEqual([
          tool.name,
          true,
          'forbidden',
        ])
      }
  })

  it('answers a caller who has them', async () => {
    const { tools = [] } = (await ask(place(), await place().token([]), 'tools/list')).result
    const token = await place().token(tools.flatMap(scopesOf))
    for (const { tool, args } of reads.slice(0, 2)) {
      const { result } = await ask(place(), token, 'tools/call', { name: tool, arguments: args })
      expect(result.isError, tool).toBeFalsy()
    }
  })

  it('reads no resource and renders no prompt without scopes', async () => {
    const token = await place().token([])
    for (const uri of resources)
      expect((await ask(place(), token, 'resources/read', { uri })).error?.message, uri).toContain('lacks the scope')
    for (const { name, args } of prompts) {
      const params = { name, arguments: args }
      expect((await ask(place(), token, 'prompts/get', params)).error?.message, name).toContain('lacks the scope')
    }
  })
}
