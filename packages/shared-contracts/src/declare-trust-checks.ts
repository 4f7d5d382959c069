/** The part of the contract about trust: a domain server that has a gateway serves nobody else, and applies the caller's scopes itself. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHttp } from './start-http.ts'
import { CALL_TOKEN_TYPE, ENV, TOOL_META_KEY } from './wire-names.ts'

const AUDIENCE = 'up'
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** What a token is made of, where it differs from a good one. */
interface Odd {
  claims?: Record<string, unknown>
  type?: string | undefined
  key?: 'other' | 'es256' | 'secret'
}

interface Place {
  url: string
  /** A token of the gateway, or nearly. */
  token(scopes: readonly string[], odd?: Odd): Promise<string>
  stop(): Promise<void>
}

interface Checked {
  main: string
  reads: readonly { tool: string; args: Record<string, unknown> }[]
  resources: readonly string[]
  prompts: readonly { name: string; args: Record<string, string> }[]
  env?: Record<string, string>
}

/** Declares the checks for one domain server. */
export function declareTrustChecks(contract: Checked): void {
  describe('contract, with a gateway', () => {
    let place: Place
    beforeAll(async () => {
      place = await startTrusting(contract)
    })
    afterAll(() => place?.stop())
    declareRefusals(() => place)
    declareScopes(contract, () => place)
  })
}

function declareRefusals(place: () => Place): void {
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

  it('refuses who has no token, or has it elsewhere', async () => {
    const token = await place().token([])
    expect((await ask(place(), token, 'tools/list')).status).toBe(200)
    expect((await ask(place(), undefined, 'tools/list')).status).toBe(401)
    expect((await ask(place(), undefined, 'tools/list', { _meta: { 'causeway/token': token } })).status).toBe(401)
    const elsewhere = { ...place(), url: `${place().url}?access_token=${token}` }
    expect((await ask(elsewhere, undefined, 'tools/list')).status).toBe(401)
  })
}

function declareScopes({ reads, resources, prompts }: Checked, place: () => Place): void {
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

interface ListedTool {
  name: string
  _meta: Record<string, { scopes: string[] }>
}

function scopesOf({ _meta }: ListedTool): string[] {
  return _meta[TOOL_META_KEY]?.scopes ?? []
}

async function startTrusting({ main, env }: Checked): Promise<Place> {
  const [{ privateKey, publicKey }, other, es256] = await Promise.all([
    generateKeyPair('EdDSA'),
    generateKeyPair('EdDSA'),
    generateKeyPair('ES256'),
  ])
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'EdDSA', use: 'sig' }
  const http = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const dir = mkdtempSync(join(tmpdir(), 'causeway-contract-'))
  const trust = { [ENV.issuer]: issuer, [ENV.audience]: AUDIENCE, [ENV.jwks]: issuer }
  const running = await startHttp({ main, env: { ...env, ...trust } }, dir)
  const keys = {
    other: other.privateKey,
    es256: es256.privateKey,
    secret: new TextEncoder().encode(JSON.stringify(jwk)),
  }
  const algorithms = { other: 'EdDSA', es256: 'ES256', secret: 'HS256' }
  return {
    url: running.url,
    async token(scopes, { claims = {}, key, ...rest } = {}) {
      const iat = Math.floor(Date.now() / 1_000)
      const usual = { iss: issuer, aud: AUDIENCE, sub: 'bot', iat, exp: iat + 60, roles: ['operator'], scopes }
      const typ = 'type' in rest ? rest.type : CALL_TOKEN_TYPE
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: key ? algorithms[key] : 'EdDSA', kid: 'k', ...(typ === undefined ? {} : { typ }) })
        .sign(key ? keys[key] : privateKey)
    },
    async stop() {
      await running.stop()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

interface Answered {
  status: number
  result: {
    tools?: ListedTool[]
    isError?: boolean
    structuredContent?: { error: { code: string } }
  }
  error?: { message: string }
}

async function ask(
  { url }: Place,
  token: string | undefined,
  method: string,
  params: Record<string, unknown> = {},
): Promise<Answered> {
  const name = (params.name ?? params.uri) as string | undefined
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name === undefined ? {} : { 'mcp-name': name }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method,
      params: { ...params, _meta: { ...META, ...(params._meta as object) } },
    }),
  })
  const text = await response.text()
  const json = /^data: (\{.*)$/m.exec(text)?.[1] ?? text
  return { status: response.status, result: {}, ...(response.ok ? JSON.parse(json) : {}) }
}
