/** A running domain server that trusts a gateway, and that gateway's signature, for what only tokens decide. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { startHttp } from '../start-http.ts'
import { CALL_TOKEN_TYPE, ENV, TOOL_META_KEY } from '../wire-names.ts'
import type { DomainContract, Result } from './domain-contract.ts'

const AUDIENCE = 'up'
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** What a token is made of, where it differs from a good one. */
export interface Odd {
  claims?: Record<string, unknown>
  type?: string | undefined
  key?: 'other' | 'es256' | 'secret'
}

/** The running domain server. */
export interface TrustingPlace {
  url: string
  /** A token of the gateway, or nearly. */
  token(scopes: readonly string[], odd?: Odd): Promise<string>
  stop(): Promise<void>
}

/** What of a listed tool is looked at here. */
export interface ListedTool {
  name: string
  _meta: Record<string, { scopes: string[] }>
}

/** The scopes that a tool needs. */
export function scopesOf({ _meta }: ListedTool): string[] {
  return _meta[TOOL_META_KEY]?.scopes ?? []
}

/** Starts the domain server, the keys that it fetches, and three keys that it must not believe. */
export async function openTrustingPlace({ main, env }: DomainContract, dir: string): Promise<TrustingPlace> {
  const [{ privateKey, publicKey }, other, es256] = await Promise.all([
    generateKeyPair('EdDSA'),
    generateKeyPair('EdDSA'),
    generateKeyPair('ES256'),
  ])
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'EdDSA', use: 'sig' }
  const http = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
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
    },
  }
}

/** An answer as JSON-RPC has it. */
export interface Answered {
  status: number
  result: {
    tools?: ListedTool[]
    isError?: boolean
    _meta?: Record<string, unknown>
    structuredContent?: Result
  }
  error?: { message: string }
}

/** Sends one request of the modern era. */
export async function ask(
  { url }: Pick<TrustingPlace, 'url'>,
  token: string | undefined,
  method: string,
  params: Record<string, unknown> = {},
): Promise<Answered> {
  const { headers, ...message } = messageOf(method, params)
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(url, { ...message, headers: { ...headers, ...authorization } })
  const text = await response.text()
  const json = /^data: (\{.*)$/m.exec(text)?.[1] ?? text
  return { status: response.status, result: {}, ...(response.ok ? JSON.parse(json) : {}) }
}

/** One request of the modern era, as `fetch` takes it. */
export function messageOf(method: string, params: Record<string, unknown>) {
  const name = (params.name ?? params.uri) as string | undefined
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name === undefined ? {} : { 'mcp-name': name }),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method,
      params: { ...params, _meta: { ...META, ...(params._meta as object) } },
    }),
  }
}
