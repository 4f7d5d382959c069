/** How oidc-provider is set up for local development: codes with PKCE, client credentials, registration by clients, tokens for this gateway alone. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { isLoopbackHost } from '../../config/loopback.ts'
import { accountOf } from './account.ts'
import { createRecords } from './records.ts'

/** What the issuer asks its gateway. */
export interface IssuerFacts {
  /** Whether there is such an agent that it may vouch for. */
  isAgent(name: string): boolean
  /** Whether the URL is one of the gateway's MCP routes. */
  isResource(url: string): boolean
  /** All scopes that there are. */
  scopes(): readonly string[]
}

/** What the gateway is to expect of the tokens. */
export const ALGORITHM = 'ES256'
/** The claim that names the agent. */
export const AGENT_CLAIM = 'agent'

const TOKEN_LIFE_S = 600
const DAY_S = 86_400
const INTERACTION_LIFE_S = 600
/** Of OpenID Connect: refresh tokens are asked for by it. */
const OWN_SCOPES = ['openid', 'offline_access']

interface Token {
  accountId?: string
  clientId: string
}

type OidcErrors = { InvalidTarget: new () => Error }

/** What outlives a change of the scopes: records and keys, all in memory. */
export type IssuerState = ReturnType<typeof createIssuerState>

/** New keys, and no records. */
export function createIssuerState({ isAgent }: Pick<IssuerFacts, 'isAgent'>) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    adapter: createRecords((id) => (isAgent(id) ? agentAsClient(id) : undefined)),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: ALGORITHM, use: 'sig' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
  }
}

/**
 * The whole configuration for the scopes of this moment.
 * @param errors what oidc-provider throws for resources that are not the gateway's
 */
export function providerConfiguration(
  facts: IssuerFacts,
  state: IssuerState,
  errors: OidcErrors,
): Record<string, unknown> {
  return {
    ...state,
    clientDefaults: { id_token_signed_response_alg: ALGORITHM },
    enabledJWA: { idTokenSigningAlgValues: [ALGORITHM] },
    scopes: [...OWN_SCOPES, ...facts.scopes()],
    findAccount: (_context: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountOf(accountId).user }),
    }),
    // Each sign-in asks anew who it is to be: that is what one tries out here.
    loadExistingGrant: (context: { oidc: { result?: { consent?: { grantId?: string } }; provider: GrantFinder } }) => {
      const grantId = context.oidc.result?.consent?.grantId
      return grantId === undefined ? undefined : context.oidc.provider.Grant.find(grantId)
    },
    extraTokenClaims: (_context: unknown, { accountId, clientId }: Token) => ({
      [AGENT_CLAIM]: accountId === undefined ? clientId : accountOf(accountId).agent,
    }),
    formats: { customizers: { jwt: nameUser } },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    renderError: (context: { type: string; body: string }, { error, error_description: reason = '' }: ErrorText) => {
      context.type = 'text/plain'
      context.body = `Cannot sign in: ${error} ${reason}\n`
    },
    issueRefreshToken: (_context: unknown, client: { grantTypeAllowed(type: string): boolean }) =>
      client.grantTypeAllowed('refresh_token'),
    // Clients that refresh for two requests at once would be signed out.
    rotateRefreshToken: false,
    clientBasedCORS: (_context: unknown, origin: string) =>
      URL.canParse(origin) && isLoopbackHost(new URL(origin).hostname),
    // What comes without PKCE is no part of OAuth 2.1.
    responseTypes: ['code'],
    ttl: {
      AccessToken: TOKEN_LIFE_S,
      ClientCredentials: TOKEN_LIFE_S,
      AuthorizationCode: 60,
      IdToken: TOKEN_LIFE_S,
      Interaction: INTERACTION_LIFE_S,
      Grant: DAY_S,
      RefreshToken: DAY_S,
      Session: DAY_S,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      registration: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: resourceInfoBy(facts, errors) },
    },
  }
}

interface ErrorText {
  error: string
  error_description?: string
}

interface GrantFinder {
  Grant: { find(id: string): Promise<unknown> }
}

// An agent is its own client in client credentials; its secret is an API key, so this one is never told.
function agentAsClient(id: string) {
  return {
    client_id: id,
    client_secret: randomBytes(32).toString('base64url'),
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  }
}

function nameUser(_context: unknown, { accountId }: Token, { payload }: { payload: Record<string, unknown> }): void {
  if (accountId !== undefined) payload.sub = accountOf(accountId).user
}

function resourceInfoBy({ isResource, scopes }: IssuerFacts, { InvalidTarget }: OidcErrors) {
  return async (_context: unknown, resource: string) => {
    if (!isResource(resource)) throw new InvalidTarget()
    return {
      scope: scopes().join(' '),
      audience: resource,
      accessTokenTTL: TOKEN_LIFE_S,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: ALGORITHM } },
    }
  }
}
