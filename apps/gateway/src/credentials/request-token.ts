/** Asks an authorization service for one token, and takes nothing else than a bearer token with a life for an answer. */
import {
  allowInsecureRequests,
  type ClientAuth,
  clientCredentialsGrantRequest,
  customFetch,
  genericTokenEndpointRequest,
  processClientCredentialsResponse,
  processGenericTokenEndpointResponse,
} from 'oauth4webapi'
import { egressFetch } from '../egress/egress-fetch.ts'
import type { TokenService } from './find-token-endpoint.ts'
import type { FetchedToken } from './token-store.ts'

/** Whom to ask, and as which client. */
export interface TokenRequest {
  service: TokenService
  clientId: string
  proof: ClientAuth
  /** Parameters beside those of the client and the grant. */
  parameters: Record<string, string>
}

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const TOKEN = /^[\x21-\x7e]{1,16384}$/
/** Where the service does not say how long its token lives. */
const USUAL_LIFE_S = 300
/** A client that was taken away there has its last token for so long. */
const MAX_LIFE_S = 3_600

/**
 * A token for the gateway itself (RFC 6749 §4.4).
 * @throws when there is none
 */
export async function requestOwnToken({ service, clientId, proof, parameters }: TokenRequest): Promise<FetchedToken> {
  const [as, client] = partiesOf(service, clientId)
  const response = await clientCredentialsGrantRequest(as, client, proof, parameters, optionsOf(service))
  return readToken(await processClientCredentialsResponse(as, client, response))
}

/**
 * A token for somebody else (RFC 8693 §2.1).
 * @throws when there is none
 */
export async function requestExchange({ service, clientId, proof, parameters }: TokenRequest): Promise<FetchedToken> {
  const [as, client] = partiesOf(service, clientId)
  const response = await genericTokenEndpointRequest(as, client, proof, EXCHANGE, parameters, optionsOf(service))
  return readToken(await processGenericTokenEndpointResponse(as, client, response))
}

function partiesOf({ issuer, tokenEndpoint }: TokenService, clientId: string) {
  return [{ issuer, token_endpoint: tokenEndpoint }, { client_id: clientId }] as const
}

// Which URLs may be plain http is decided by the egress client.
function optionsOf({ configured }: TokenService) {
  return {
    [allowInsecureRequests]: true,
    [customFetch]: async (url: string, options: { headers: Record<string, string>; body: URLSearchParams }) => {
      const { headers, body } = options
      const { status, ...answer } = await egressFetch({ url, configured, method: 'POST', headers, body: String(body) })
      const told = ['content-type', 'www-authenticate'].flatMap((name) => {
        const value = answer.headers[name]
        return typeof value === 'string' ? [[name, value] as [string, string]] : []
      })
      return new Response([204, 205, 304].includes(status) ? null : new Uint8Array(answer.body), {
        status,
        headers: told,
      })
    },
  }
}

function readToken(answer: { access_token: string; token_type: string; expires_in?: number }): FetchedToken {
  const { access_token: token, token_type: type, expires_in: lifeS = USUAL_LIFE_S } = answer
  if (type.toLowerCase() !== 'bearer')
    throw new Error(`Cannot use a token of type "${type.slice(0, 40)}": not a bearer token`)
  if (!TOKEN.test(token)) throw new Error('Cannot use the token: it does not fit an HTTP header')
  return { token, lifeMs: Math.min(lifeS, MAX_LIFE_S) * 1_000 }
}
