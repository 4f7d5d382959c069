/** The development issuer, wired: what it knows of the gateway, and how the gateway comes to trust it. */
import type { Logger } from 'pino'
import type { Config, IssuerConfig } from './config/schema.ts'
import type { Gateway } from './gateway.ts'
import { createAuthenticator } from './identity/authenticate.ts'
import { startDevelopmentIssuer } from './identity/development/issuer.ts'
import { AGENT_CLAIM, ALGORITHM } from './identity/development/provider-configuration.ts'
import { compileGlob } from './policy/glob.ts'
import type { Store } from './store/open-store.ts'

/** What a process has for local sign-in; nothing where it is not configured. */
export interface Development {
  /** `undefined` where it is not configured. */
  url: string | undefined
  /** The configuration with the issuer among those that are trusted. */
  trustedBy(config: Config): Config
  close(): Promise<void>
}

interface Surroundings {
  store: Store
  publicUrl: string
  /** Asked for on each request, because the issuer listens first. */
  gateway(): Gateway | undefined
  log: Logger
}

const NONE: Development = { url: undefined, trustedBy: (config) => config, close: async () => {} }

/**
 * Starts it where the configuration has one.
 * @throws the listener's own error (EADDRINUSE …)
 */
export async function startDevelopment({ auth }: Config, surroundings: Surroundings): Promise<Development> {
  const { development } = auth
  if (development === null) return NONE
  const { store, publicUrl, gateway, log } = surroundings
  const mayVouchFor = development.agents.map(compileGlob)
  const named = () => Object.keys(gateway()?.live.config.agents ?? {})
  const isKnown = (agent: string) =>
    named().some((glob) => compileGlob(glob)(agent)) || store.agents.get(agent) !== undefined
  const isAgent = (agent: string) => mayVouchFor.some((glob) => glob(agent)) && isKnown(agent)
  const issuer = await startDevelopmentIssuer({
    port: development.port,
    isAgent,
    agents: () => [...named(), ...store.agents.list().map(({ name }) => name)].filter(isAgent),
    isKeyOf: (agent, key) => isKeyOf(agent, key, store),
    isResource: (url) => isRoute(url, publicUrl),
    scopes: () => scopesOf(gateway()),
    log,
  })
  const trusted: IssuerConfig = {
    issuer: issuer.url,
    algorithms: [ALGORITHM],
    agentClaim: AGENT_CLAIM,
    agents: development.agents,
    jwksUri: `${issuer.url}/jwks`,
    introspection: null,
  }
  return {
    url: issuer.url,
    trustedBy: (config) => ({ ...config, auth: { ...config.auth, issuers: [...config.auth.issuers, trusted] } }),
    close: issuer.close,
  }
}

function isKeyOf(agent: string, key: string, store: Store): boolean {
  const authenticator = createAuthenticator({ store })
  const verdict = authenticator.authenticate([`Bearer ${key}`])
  authenticator.close()
  return verdict.ok && verdict.caller.agent === agent
}

function isRoute(url: string, publicUrl: string): boolean {
  return (
    url === `${publicUrl}/mcp` ||
    (url.startsWith(`${publicUrl}/s/`) && /^[a-z][a-z0-9-]{0,15}\/mcp$/.test(url.slice(publicUrl.length + 3)))
  )
}

// Beside what the rules name in full there are the scopes of tools that rules grant by a glob.
function scopesOf(gateway: Gateway | undefined): string[] {
  const published = gateway?.resource.metadataOf(undefined)?.scopes_supported ?? []
  const ofTools = gateway?.catalog.current.entries.tools.flatMap(({ facts }) => facts.scopes) ?? []
  return [...new Set([...published, ...ofTools])]
}
