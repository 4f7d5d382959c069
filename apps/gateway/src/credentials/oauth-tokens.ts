/** The tokens with which the gateway presents itself, or a caller, to upstreams that want OAuth: got from their authorization services, never from agents. */
import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { UpstreamConfig } from '../config/schema.ts'
import { type OAuthClientConfig, secretsOf } from '../config/upstream-auth-schema.ts'
import type { AssertedSubject, CallTokenSigner } from '../identity/call-token.ts'
import { unavailable } from '../upstream/answer.ts'
import { unlessAborted } from '../upstream/unless-aborted.ts'
import { clientProofOf } from './client-proof.ts'
import { failureReasonOf, loggedFailureOf } from './failure-reason.ts'
import { findTokenEndpoint, type TokenService } from './find-token-endpoint.ts'
import { requestExchange, requestOwnToken, type TokenRequest } from './request-token.ts'
import { type FetchedToken, TokenStore } from './token-store.ts'

/** Whom a token may be for. */
export interface TokenCaller {
  /** Names the agent and the user together. */
  id: string
  agent: string
  user?: string
  token?: { issuer: string }
}

/** An upstream with a client for it. */
export type OAuthUpstream = UpstreamConfig & { auth: OAuthClientConfig; url: string }

type Request = (request: TokenRequest) => Promise<FetchedToken>

interface Client {
  /** What it was made from. */
  settings: unknown
  tokens: TokenStore
  service: Promise<TokenService> | undefined
}

/** No caller's id is empty. */
const OWN = ''
/** Metadata and token together. */
const MAX_MS = 10_000
const JWT = 'urn:ietf:params:oauth:token-type:jwt'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** Whether tokens for the upstream come from an authorization service. */
export function wantsOAuth(config: UpstreamConfig): config is OAuthUpstream {
  return config.auth.mode === 'client_credentials' || config.auth.mode === 'token_exchange'
}

export class OAuthTokens {
  readonly #callTokens: CallTokenSigner
  readonly #log: Logger
  readonly #now: () => number
  readonly #clients = new Map<string, Client>()
  readonly #known = new WeakMap<OAuthClientConfig, Client>()

  constructor(on: { callTokens: CallTokenSigner; log: Logger; now?: () => number }) {
    this.#callTokens = on.callTokens
    this.#log = on.log
    this.#now = on.now ?? Date.now
  }

  /**
   * The gateway's own token, which lists the upstream.
   * @throws GatewayError upstream_unavailable
   */
  own(upstream: OAuthUpstream): string | Promise<string> {
    return this.#get(upstream, OWN, requestOwnToken)
  }

  /**
   * The token for a call: the gateway's own, or one for the caller, as the mode says.
   * @throws GatewayError upstream_unavailable
   */
  tokenFor(upstream: OAuthUpstream, caller: TokenCaller): string | Promise<string> {
    if (upstream.auth.mode === 'client_credentials') return this.own(upstream)
    return this.#get(upstream, caller.id, async (request) => {
      const exchanged = await this.#exchangedFor(caller, request.service.issuer)
      return requestExchange({ ...request, parameters: { ...request.parameters, ...exchanged } })
    })
  }

  /** Lets go of a token that the upstream refused. */
  refused(upstream: OAuthUpstream, token: string): void {
    this.#clientOf(upstream).tokens.refused(token)
  }

  #get(upstream: OAuthUpstream, key: string, request: Request): string | Promise<string> {
    const client = this.#clientOf(upstream)
    return client.tokens.get(key, async () => {
      try {
        return await unlessAborted(ask(upstream, client, request), AbortSignal.timeout(MAX_MS))
      } catch (error) {
        // It may have moved.
        client.service = undefined
        const cause = loggedFailureOf(error)
        this.#log.warn({ upstream: upstream.id, err: cause }, 'cannot get a token for an upstream')
        throw unavailable(upstream.id, failureReasonOf(error), { cause })
      }
    })
  }

  #clientOf({ id, url, auth }: OAuthUpstream): Client {
    const known = this.#known.get(auth)
    if (known) return known
    const settings = [url, auth, secretsOf(auth)]
    const before = this.#clients.get(id)
    const isSame = before !== undefined && isDeepStrictEqual(before.settings, settings)
    const client = isSame ? before : { settings, tokens: new TokenStore(this.#now), service: undefined }
    this.#clients.set(id, client)
    this.#known.set(auth, client)
    return client
  }

  // The user is whom the token is about, and the agent acts; an agent by itself is both.
  async #exchangedFor({ agent, user, token }: TokenCaller, audience: string): Promise<Record<string, string>> {
    const assert = (subject: AssertedSubject) => this.#callTokens.assertionOf(subject, audience)
    const types = { subject_token_type: JWT, requested_token_type: ACCESS_TOKEN }
    if (user === undefined) return { ...types, subject_token: await assert({ subject: agent }) }
    return {
      ...types,
      subject_token: await assert({ subject: user, ...(token ? { issuer: token.issuer } : {}) }),
      actor_token: await assert({ subject: agent }),
      actor_token_type: JWT,
    }
  }
}

async function ask(upstream: OAuthUpstream, client: Client, request: Request): Promise<FetchedToken> {
  const { auth, url } = upstream
  client.service ??= findTokenEndpoint(auth, url)
  const service = await client.service
  const proof = clientProofOf(auth, service.authMethods)
  return request({ service, clientId: auth.clientId, proof, parameters: parametersOf(upstream, service) })
}

function parametersOf({ auth, url }: OAuthUpstream, service: TokenService): Record<string, string> {
  const { scope, audience, resource = service.resource ?? url } = auth
  return {
    ...(scope === undefined ? {} : { scope }),
    ...(audience === undefined ? {} : { audience }),
    ...(resource === 'none' ? {} : { resource }),
  }
}
