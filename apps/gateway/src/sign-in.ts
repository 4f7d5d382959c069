/** Signing in through issuers, wired: their keys outlive reloads, so that a new configuration does not need them to answer. */
import type { Logger } from 'pino'
import type { Config, IssuerConfig } from './config/schema.ts'
import { type AccessTokens, createAccessTokens } from './identity/access-tokens.ts'
import { managedByFile } from './identity/agent-directory.ts'
import { IssuerKeys } from './identity/issuer-keys.ts'
import { createProtectedResource, type ProtectedResource } from './identity/protected-resource.ts'
import { createRevokedTokens } from './identity/revoked-tokens.ts'
import type { Store } from './store/open-store.ts'

/** What a configuration says of signing in. */
export interface SignIn {
  /** `undefined` where no issuer is configured. */
  accessTokens: AccessTokens | undefined
  resource: ProtectedResource
}

/** Makes the parts for one configuration after the other. */
export function createSignIn(on: { store: Store; publicUrl: string; log: Logger }): (config: Config) => SignIn {
  const { store, publicUrl, log } = on
  const known = new Map<string, IssuerKeys>()
  const keysOf = ({ issuer, jwksUri }: IssuerConfig): IssuerKeys => {
    const name = JSON.stringify([issuer, jwksUri])
    const onFailure = (err: unknown) => log.warn({ issuer, err }, 'keys of an issuer cannot be fetched')
    const keys = known.get(name) ?? new IssuerKeys({ issuer, jwksUri, onFailure })
    known.set(name, keys)
    return keys
  }
  const storedRoles = createStoredRoles(store)
  const revoked = createRevokedTokens(store)
  return (config) => {
    const resource = createProtectedResource(publicUrl, config)
    const { issuers } = config.auth
    if (issuers.length === 0) return { resource, accessTokens: undefined }
    const isNamed = managedByFile(config)
    const rolesOf = (agent: string) => {
      const roles = storedRoles(agent)
      return roles ?? (isNamed(agent) ? undefined : null)
    }
    return {
      resource,
      accessTokens: createAccessTokens({
        issuers,
        keysOf,
        resourceOf: resource.identifierOf,
        rolesOf,
        revoked,
        onFailure: (issuer, err) => log.warn({ issuer, err }, 'an issuer cannot be asked about a token'),
      }),
    }
  }
}

function createStoredRoles(store: Store): (agent: string) => string[] | undefined {
  const read = () => new Map(store.agents.list().map(({ name, roles }) => [name, roles]))
  let roles = read()
  store.onChange(() => {
    roles = read()
  })
  return (agent) => roles.get(agent)
}
