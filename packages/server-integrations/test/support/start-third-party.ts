/** A vendor with a real authorization service that nobody here wrote (oidc-provider), and an API that takes the tokens of that service. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

/** A token that a person could have made at the vendor by hand. */
export const PERSONAL_TOKEN = 'pat-canary-0123456789abcdef'
export const CLIENT = { id: 'causeway', secret: 'client-secret-canary' }

/** Starts both on one address. */
export async function startThirdParty() {
  let serve: RequestListener = (_, response) => response.writeHead(503).end()
  const state = {
    refused: new Set<string>(),
    tokenRequests: [] as string[],
    apiTokens: [] as string[],
    isDown: false,
    /** Grants wait for it. */
    gate: Promise.resolve(),
  }
  const http = createServer(async (request, response) => {
    if (request.url === '/api/user') return answerUser(request.headers.authorization ?? '', response)
    if (request.url === '/token' || request.url === '/token/revocation') {
      state.tokenRequests.push(request.url)
      if (request.url === '/token') await state.gate
      if (state.isDown) return void response.writeHead(503).end()
    }
    serve(request, response)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const provider = new Provider(url, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        token_endpoint_auth_method: 'client_secret_post',
        application_type: 'native',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['http://127.0.0.1/oauth/callback'],
        response_types: ['code'],
      },
    ],
    scopes: ['openid', 'offline_access', 'repo'],
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    cookies: { keys: ['test'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
  })
  provider.on('server_error', () => {})
  serve = provider.callback()

  async function answerUser(authorization: string, response: Parameters<RequestListener>[1]) {
    const token = authorization.replace(/^Bearer /, '')
    state.apiTokens.push(token)
    const known = token === PERSONAL_TOKEN ? { accountId: 'pat-owner' } : await provider.AccessToken.find(token)
    const isGood = known && !state.refused.has(token)
    response.writeHead(isGood ? 200 : 401, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isGood ? { login: known.accountId } : { message: 'Bad credentials' }))
  }

  return {
    url,
    apiUrl: `${url}/api`,
    state,
    async close() {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
