/** The credentials with which the gateway itself speaks to upstreams: when it lists them, and when it listens to them. */
import type { UpstreamConfig } from '../config/schema.ts'
import type { CallTokenSigner } from '../identity/call-token.ts'
import { type OAuthTokens, wantsOAuth } from './oauth-tokens.ts'

const SERVICE_CALLER = { agent: 'causeway', roles: [], scopes: [] }

/** By upstream, as its configuration says. */
export interface OwnCredentials {
  credentialOf(config: UpstreamConfig): Promise<string | undefined>
  onRefusedOf(config: UpstreamConfig): ((credential: string) => void) | undefined
}

/** Makes the source of them. */
export function createOwnCredentials(callTokens: CallTokenSigner, oauthTokens: OAuthTokens): OwnCredentials {
  return {
    async credentialOf(config) {
      if (wantsOAuth(config)) return oauthTokens.own(config)
      if (config.auth.mode === 'gateway') return callTokens.tokenFor(SERVICE_CALLER, config.id)
      return config.auth.mode === 'bearer' ? config.auth.token.reveal() : undefined
    },
    onRefusedOf: (config) => (wantsOAuth(config) ? (token) => oauthTokens.refused(config, token) : undefined),
  }
}
