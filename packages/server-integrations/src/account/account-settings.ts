/** Reads from the environment for which vendors callers connect accounts of their own, and how. */
import { baseUrlFromEnv, safeUrl } from '../connection/endpoint-from-env.ts'
import type { VendorPlan } from '../connection/vendor-plans.ts'

/** The OAuth client that an operator registered at the vendor. */
export interface OauthSettings {
  clientId: string
  clientSecret?: string
  scopes: string
  /** The authorization service: asked for its metadata, or known. */
  service: { issuer: string } | { authorize: string; token: string; revoke?: string }
}

/** How callers connect accounts of one vendor; without `oauth` they hand over a token that they made there. */
export interface AccountSettings {
  baseUrl: string
  oauth?: OauthSettings
}

/**
 * The settings of one vendor, or undefined when callers connect no accounts there.
 * @throws for an unsafe address, and for an OAuth client without a place to use it
 */
export function accountSettings(env: NodeJS.ProcessEnv, plan: VendorPlan): AccountSettings | undefined {
  const { prefix } = plan
  const given = (name: string) => env[`${prefix}_${name}`]?.trim() || undefined
  const clientId = given('OAUTH_CLIENT_ID')
  const wanted = given('ACCOUNTS')
  if (wanted !== undefined && wanted !== 'own')
    throw new Error(`Cannot use ${prefix}_ACCOUNTS "${wanted}": the only value is own`)
  if (!clientId && !wanted) return undefined
  const baseUrl = baseUrlFromEnv(env, plan.variables)
  if (!clientId) return { baseUrl }
  const issuer = given('OAUTH_ISSUER')
  const service = issuer ? { issuer: safeUrl(`${prefix}_OAUTH_ISSUER`, issuer) } : plan.oauth
  if (!service) throw new Error(`Cannot use ${prefix}_OAUTH_CLIENT_ID: ${prefix}_OAUTH_ISSUER is not set`)
  const clientSecret = given('OAUTH_CLIENT_SECRET')
  const scopes = given('OAUTH_SCOPES') ?? plan.oauth?.scopes ?? ''
  return { baseUrl, oauth: { clientId, ...(clientSecret ? { clientSecret } : {}), scopes, service } }
}
