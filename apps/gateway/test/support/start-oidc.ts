/** A real authorization service that nobody here wrote: oidc-provider on loopback, for clients that sign in by themselves. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { CALLBACK } from './person.ts'
import { newKey } from './test-issuer.ts'

export interface Oidc {
  url: string
  /** Grants of tokens that were asked for. */
  grants: number
  close(): Promise<void>
}

/** The secret of every client. */
export const CLIENT_SECRET = 'a-secret-of-the-story'

/**
 * Starts one that gives tokens to its clients in their own name.
 * @param clients their ids
 * @param scopes all that there are
 * @param options.browsers ids of clients that send a person with a browser, whom it signs in without a question of whether it is she
 * @param options.format of its tokens; opaque ones can be asked about by its clients
 */
export async function startOidc(
  clients: readonly string[],
  scopes: readonly string[],
  { browsers = [], format = 'jwt' }: Partial<Pick<Parties, 'browsers' | 'format'>> = {},
): Promise<Oidc> {
  let serve: RequestListener = (_request, response) => response.writeHead(503).end()
  const oidc: Oidc = { url: '', grants: 0, close: async () => {} }
  const http = createServer((request, response) => {
    if (request.url === '/token') oidc.grants++
    serve(request, response)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  oidc.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  oidc.close = async () => {
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  }
  serve = new Provider(oidc.url, configurationOf({ clients, scopes, browsers, format })).callback()
  return oidc
}

interface Parties {
  clients: readonly string[]
  scopes: readonly string[]
  browsers: readonly string[]
  format: 'jwt' | 'opaque'
}

function configurationOf({ clients, scopes, browsers, format }: Parties): Record<string, unknown> {
  const { kid, alg, privateKey } = newKey('ES256')
  return {
    clients: [
      ...clients.map((id) => ({
        client_id: id,
        client_secret: CLIENT_SECRET,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: alg,
      })),
      ...browsers.map((id) => ({
        client_id: id,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [CALLBACK],
        response_types: ['code'],
        id_token_signed_response_alg: alg,
      })),
    ],
    scopes: ['openid', 'offline_access', ...scopes],
    issueRefreshToken: async () => true,
    // The clients refresh for two requests at once, of which the second would end everything.
    rotateRefreshToken: false,
    cookies: { keys: ['story'] },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }] },
    features: {
      devInteractions: { enabled: browsers.length > 0 },
      clientCredentials: { enabled: true },
      introspection: { enabled: format === 'opaque', allowedPolicy: async () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: async (_context: unknown, resource: string) => ({
          scope: scopes.join(' '),
          audience: resource,
          accessTokenTTL: 300,
          accessTokenFormat: format,
          ...(format === 'jwt' ? { jwt: { sign: { alg } } } : {}),
        }),
      },
    },
  }
}
