/** OAuth 2 at a vendor: authorization code with PKCE, refresh and revocation, sent to the configured service and nowhere else. */
import * as oauth from 'oauth4webapi'
import { isLoopback } from '../connection/endpoint-from-env.ts'
import type { OauthSettings } from './account-settings.ts'

const TIMEOUT_MS = 10_000

/** What a grant brought. */
export interface Grant {
  token: string
  refreshToken?: string
}

/** What a person's browser is sent away with and comes back to. */
export interface CodeRequest {
  redirectUri: string
  state: string
  verifier: string
}

export interface OauthClient {
  /** Where to send the browser. */
  authorizationUrl(request: CodeRequest): Promise<URL>
  /** @throws when the answer is not to this request, or brings no token */
  exchange(answer: URLSearchParams, request: CodeRequest): Promise<Grant>
  /** @returns undefined when the service refuses for good; @throws when it could not be asked */
  refresh(refreshToken: string): Promise<Grant | undefined>
  /** Does nothing where the service has no way to revoke. */
  revoke(token: string): Promise<void>
}

/** Makes the client; the service is asked for its metadata when it is first needed. */
export function createOauthClient(settings: OauthSettings): OauthClient {
  const client: oauth.Client = { client_id: settings.clientId }
  const proof = settings.clientSecret ? oauth.ClientSecretPost(settings.clientSecret) : oauth.None()
  const options = requestOptions(settings)
  let found: Promise<oauth.AuthorizationServer> | undefined
  const service = () => {
    found ??= findService(settings, options)
    found.catch(() => {
      found = undefined
    })
    return found
  }
  return {
    async authorizationUrl({ redirectUri, state, verifier }) {
      const url = new URL((await service()).authorization_endpoint as string)
      const parameters = {
        client_id: settings.clientId,
        response_type: 'code',
        redirect_uri: redirectUri,
        ...(settings.scopes ? { scope: settings.scopes } : {}),
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
      return url
    },
    async exchange(answer, { redirectUri, state, verifier }) {
      const as = await service()
      const validated = oauth.validateAuthResponse(as, client, answer, state)
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        proof,
        validated,
        redirectUri,
        verifier,
        options,
      )
      return toGrant(await oauth.processAuthorizationCodeResponse(as, client, response))
    },
    async refresh(refreshToken) {
      const as = await service()
      const response = await oauth.refreshTokenGrantRequest(as, client, proof, refreshToken, options)
      try {
        return { refreshToken, ...toGrant(await oauth.processRefreshTokenResponse(as, client, response)) }
      } catch (error) {
        if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') return undefined
        throw error
      }
    },
    async revoke(token) {
      const as = await service()
      if (!as.revocation_endpoint) return
      await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, proof, token, options))
    },
  }
}

function toGrant(answer: oauth.TokenEndpointResponse): Grant {
  // The token goes into a header as it is.
  if (answer.token_type.toLowerCase() !== 'bearer' || !/^[\x21-\x7e]{1,8192}$/.test(answer.access_token))
    throw new Error('Cannot use the token: it is not a bearer token')
  return { token: answer.access_token, ...(answer.refresh_token ? { refreshToken: answer.refresh_token } : {}) }
}

async function findService(
  { service }: OauthSettings,
  options: ReturnType<typeof requestOptions>,
): Promise<oauth.AuthorizationServer> {
  if (!('issuer' in service)) {
    const { authorize, token, revoke } = service
    const known = { issuer: new URL(token).origin, authorization_endpoint: authorize, token_endpoint: token }
    return revoke ? { ...known, revocation_endpoint: revoke } : known
  }
  const issuer = new URL(service.issuer)
  const response = await oauth.discoveryRequest(issuer, options)
  const found = await oauth.processDiscoveryResponse(issuer, response)
  const endpoints = [found.authorization_endpoint, found.token_endpoint, found.revocation_endpoint]
  const foreign = endpoints.find((endpoint) => endpoint && new URL(endpoint).origin !== issuer.origin)
  if (foreign || !found.authorization_endpoint)
    throw new Error(`Cannot use the service at ${issuer.origin}: its endpoints are elsewhere`)
  return found
}

function requestOptions({ service }: OauthSettings) {
  const base = new URL('issuer' in service ? service.issuer : service.token)
  const allowed = [base.origin, ...('revoke' in service && service.revoke ? [new URL(service.revoke).origin] : [])]
  return {
    [oauth.allowInsecureRequests]: isLoopback(base.hostname),
    [oauth.customFetch]: (url: string, init: RequestInit) => {
      if (!allowed.includes(new URL(url).origin)) throw new Error('Cannot send to an origin that is not configured')
      return fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
    },
  }
}
