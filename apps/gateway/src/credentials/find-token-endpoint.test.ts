/** How the authorization service of an upstream is found, and what an upstream cannot make of it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { FORBIDDEN_URLS } from '../../test/fixtures/forbidden-urls.ts'
import { verifies } from '../../test/support/verifies.ts'
import { Secret } from '../config/secret.ts'
import type { OAuthClientConfig } from '../config/upstream-auth-schema.ts'
import { findTokenEndpoint } from './find-token-endpoint.ts'

const documents = new Map<string, unknown>()
let challenge: string | undefined
const http = createServer((request, response) => {
  if (request.url === '/a/mcp') {
    response.writeHead(401, challenge === undefined ? {} : { 'www-authenticate': challenge }).end()
    return
  }
  const found = documents.get(request.url ?? '')
  response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(found ?? {}))
})
let origin: string
beforeAll(async () => {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
})
beforeEach(() => {
  documents.clear()
  challenge = undefined
})
afterAll(() => new Promise((resolve) => http.close(resolve)))

const config: OAuthClientConfig = { mode: 'client_credentials', clientId: 'a', privateKey: new Secret('key') }
const publish = (path: string, document: object) => documents.set(`/.well-known/${path}`, document)
const find = (more: Partial<OAuthClientConfig> = {}) => findTokenEndpoint({ ...config, ...more }, `${origin}/a/mcp`)

test.each([
  ['oauth-protected-resource/a/mcp', '/a/mcp'],
  ['oauth-protected-resource/a/mcp', '/a'],
  ['oauth-protected-resource', ''],
])('by %s of the resource "%s"', async (path, resource) => {
  const issuer = `${origin}/tenant`
  publish(path, { resource: origin + resource, authorization_servers: [issuer, 'https://other.example'] })
  publish('oauth-authorization-server/tenant', {
    issuer,
    token_endpoint: `${origin}/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 7],
  })
  expect(await find()).toEqual({
    issuer,
    tokenEndpoint: `${origin}/token`,
    authMethods: ['client_secret_post'],
    resource: origin + resource,
    configured: [`${origin}/a/mcp`],
  })
})

test('by the metadata that the challenge names, and by no other then', async () => {
  const resource = `${origin}/a/mcp`
  publish('oauth-protected-resource/a/mcp', { resource, authorization_servers: ['https://other.example'] })
  publish('mine', { resource, authorization_servers: [origin] })
  publish('oauth-authorization-server', { issuer: origin, token_endpoint: `${origin}/token` })
  challenge = `Bearer error="invalid_token", resource_metadata="${origin}/.well-known/mine", scope="a"`
  expect((await find()).issuer).toBe(origin)
  challenge = `Bearer resource_metadata="${origin}/.well-known/none"`
  await expect(find()).rejects.toThrow('status 404')
})

test.each(['/b/mcp', '/a/mc', '/a/mcp/more', ':1/a/mcp'])('not by metadata of the resource "%s"', async (resource) => {
  publish('oauth-protected-resource/a/mcp', { resource: origin + resource, authorization_servers: [origin] })
  publish('oauth-authorization-server', { issuer: origin, token_endpoint: `${origin}/token` })
  await expect(find()).rejects.toThrow('the metadata is of another resource')
})

test('not by metadata of another issuer, and not without a token endpoint', async () => {
  publish('oauth-authorization-server', { issuer: `${origin}/`, token_endpoint: `${origin}/token` })
  await expect(find({ issuer: origin })).rejects.toThrow('the metadata is of another issuer')
  publish('oauth-authorization-server', { issuer: origin })
  await expect(find({ issuer: origin })).rejects.toThrow('the metadata has no token_endpoint')
})

test(verifies('edge.ssrf', 'not at an address that an upstream must not choose'), async () => {
  for (const url of FORBIDDEN_URLS) {
    challenge = undefined
    publish('oauth-protected-resource/a/mcp', { resource: `${origin}/a/mcp`, authorization_servers: [url] })
    await expect(find(), url).rejects.toThrow()
    // No header can hold the others.
    if (!/^[\x20-\x7e]*$/.test(url)) continue
    challenge = `Bearer resource_metadata="${url}"`
    await expect(find(), url).rejects.toThrow()
  }
})
