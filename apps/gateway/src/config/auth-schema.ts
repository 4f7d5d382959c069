/** The shape of `auth`: callers without a credential, and the issuers whose access tokens agents may present. */
import { z } from 'zod'
import { calledUrl } from './http-url.ts'
import { isLoopbackHost } from './loopback.ts'
import { agentGlob, agentName } from './policy-schema.ts'
import { REFERENCE_FORMS } from './secret.ts'
import { secret } from './secret-text.ts'

/** Signature algorithms that an issuer may be configured with; none of them takes a shared secret. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

/** Longest issuer identifier, in characters. */
const MAX_ISSUER_CHARACTERS = 255

/** A URL of which what is fetched cannot be changed on its way. */
export const secureUrl = calledUrl.refine(isSecure, 'Want https; http is for loopback alone')
const issuerUrl = secureUrl
  .refine((url) => !url.includes('?'), 'Cannot hold a query')
  .refine((url) => url.length <= MAX_ISSUER_CHARACTERS, `Want at most ${MAX_ISSUER_CHARACTERS} characters`)

const introspectionSchema = z.strictObject({
  url: secureUrl.describe('Its introspection endpoint.'),
  clientId: z.string().min(1, 'Want the id of the client').max(512).describe('The gateway, as registered there.'),
  clientSecret: secret.describe(`A reference: ${REFERENCE_FORMS}.`),
})

const issuerSchema = z.strictObject({
  issuer: issuerUrl.describe('Issuer identifier, exactly as its tokens have it in `iss`.'),
  algorithms: z
    .array(z.enum(ALGORITHMS))
    .min(1, 'Want at least one algorithm')
    .default(['ES256', 'RS256'])
    .describe('Signature algorithms that its tokens may have.'),
  agentClaim: z
    .string()
    .regex(/^[A-Za-z][\w.:/-]{0,127}$/, 'Want the name of a claim, such as client_id')
    .default('client_id')
    .describe("The claim that holds the agent's name; `sub`, where it differs, is the user that the agent acts for."),
  agents: z.array(agentGlob).default(['*']).describe('Names or globs of the agents that it may vouch for.'),
  jwksUri: secureUrl
    .nullable()
    .default(null)
    .describe("Where its keys are published; found through the issuer's metadata by default."),
  introspection: introspectionSchema
    .nullable()
    .default(null)
    .describe('Where its opaque tokens are asked about (RFC 7662); without it none are accepted.'),
})

const developmentSchema = z.strictObject({
  port: z.int().min(0).max(65_535).default(8933).describe('Port on loopback to listen on; 0 is any free one.'),
  agents: z.array(agentGlob).default(['*']).describe('Names or globs of the agents that one may sign in as.'),
})

/** How callers prove who they are, beside API keys. */
export const authSchema = z.strictObject({
  anonymous: agentName
    .nullable()
    .default(null)
    .describe('The agent that callers without a credential are; on loopback only.'),
  development: developmentSchema
    .nullable()
    .default(null)
    .describe('An issuer inside the gateway, where whoever uses this machine signs in as any agent; on loopback only.'),
  issuers: z.array(issuerSchema).default([]).describe('Issuers of access tokens (OAuth 2.1) that agents may present.'),
})

/** An issuer that is trusted, and with what. */
export type IssuerConfig = z.output<typeof issuerSchema>

/** Whether what is fetched from the URL cannot be changed on its way. */
export function isSecure(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || isLoopbackHost(hostname)
}
