/** A real authorization service for upstreams: oidc-provider on loopback, with client credentials, and token exchange by the gateway's published keys. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'
import Provider, { type GrantContext } from 'oidc-provider'
import { newKey, publicJwk, type TestKey } from './test-issuer.ts'

/** A client of the service. */
export interface ServiceClient {
  id: string
  secret?: string
  /** Its public key, in place of a secret. */
  key?: TestKey
  /** How it proves itself; `client_secret_basic` by default. */
  method?: string
}

export interface TokenService {
  url: string
  clients: ServiceClient[]
  /** Token requests that came, as their bodies, oldest first. */
  requests: URLSearchParams[]
  /** The URL of the gateway whose assertions are exchanged. */
  gatewayUrl: string
  /** Seconds that tokens live. */
  lifeS: number
  /** Answers token requests in place of the service, while it is there. */
  answer: ((response: ServerResponse) => void) | undefined
  /** No longer listens; `start` takes it back to the same port. */
  stop(): Promise<void>
  start(): Promise<void>
}

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const SCOPES = ['notes.read', 'notes.write']

/** Starts one. */
export async function startTokenService(clients: ServiceClient[]): Promise<TokenService> {
  let serve: RequestListener = (_request, response) => response.writeHead(503).end()
  let port = 0
  const http = createServer((request, response) => {
    if (request.url !== '/token') return serve(request, response)
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => service.requests.push(new URLSearchParams(Buffer.concat(chunks).toString('utf8'))))
    if (service.answer) service.answer(response)
    else serve(request, response)
  })
  const service: TokenService = {
    url: '',
    clients,
    requests: [],
    gatewayUrl: '',
    lifeS: 300,
    answer: undefined,
    async start() {
      await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve))
      port = (http.address() as AddressInfo).port
      service.url = `http://127.0.0.1:${port}`
    },
    async stop() {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  await service.start()
  const actors = new WeakMap<GrantContext, JWTPayload>()
  const provider = new Provider(service.url, configurationOf(service, actors))
  provider.registerGrantType(EXCHANGE, (context) => exchange({ provider, service, actors }, context), [
    'subject_token',
    'subject_token_type',
    'actor_token',
    'actor_token_type',
    'requested_token_type',
    'audience',
    'scope',
    'resource',
  ])
  serve = provider.callback()
  return service
}

/** Exchanges what the gateway has signed for this service, for a token of the subject in which the actor is named (RFC 8693 §4.1). */
async function exchange(
  on: { provider: Provider; service: TokenService; actors: WeakMap<GrantContext, JWTPayload> },
  context: GrantContext,
): Promise<void> {
  const { provider, service, actors } = on
  const { params, client } = context.oidc
  const verified = async (token = '') => {
    const keys = createRemoteJWKSet(new URL(`${service.gatewayUrl}/.well-known/jwks.json`))
    const expected = { issuer: service.gatewayUrl, audience: service.url, typ: 'causeway-assertion+jwt' }
    return (await jwtVerify(token, keys, expected)).payload
  }
  const subject = await verified(params.subject_token)
  if (params.actor_token) actors.set(context, await verified(params.actor_token))
  const token = new provider.AccessToken({ client, accountId: subject.sub, scope: params.scope })
  token.resourceServer = new provider.ResourceServer(params.resource ?? '', resourceOf(service, params.resource ?? ''))
  const value = await token.save()
  context.body = {
    access_token: value,
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    token_type: 'Bearer',
    expires_in: token.expiration,
  }
}

function resourceOf(service: TokenService, resource: string): Record<string, unknown> {
  return {
    scope: SCOPES.join(' '),
    audience: resource,
    accessTokenTTL: service.lifeS,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  }
}

function configurationOf(service: TokenService, actors: WeakMap<GrantContext, JWTPayload>): Record<string, unknown> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    clients: service.clients.map(({ id, secret, key, method }) => ({
      client_id: id,
      ...(secret === undefined ? {} : { client_secret: secret }),
      ...(key === undefined ? {} : { jwks: { keys: [publicJwk(key)] } }),
      token_endpoint_auth_method: key ? 'private_key_jwt' : (method ?? 'client_secret_basic'),
      grant_types: ['client_credentials', EXCHANGE],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    })),
    scopes: SCOPES,
    cookies: { keys: ['story'] },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: newKey('ES256').kid, alg: 'ES256', use: 'sig' }] },
    extraTokenClaims: (context: GrantContext) =>
      actors.has(context) ? { act: { sub: actors.get(context)?.sub } } : undefined,
    ttl: { AccessToken: () => service.lifeS, ClientCredentials: () => service.lifeS },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: async (_context: unknown, resource: string) => resourceOf(service, resource),
      },
    },
  }
}
