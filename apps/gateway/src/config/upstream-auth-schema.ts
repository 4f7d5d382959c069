/** The shape of an upstream's `auth`: how the gateway presents itself to it. */
import { z } from 'zod'
import { secureUrl } from './auth-schema.ts'
import { REFERENCE_FORMS } from './secret.ts'
import { secret } from './secret-text.ts'

const word = z.string().regex(/^[\x21-\x7e]{1,512}$/, 'Want up to 512 characters without spaces')

/** What both grants are made from. */
const oauthClient = {
  issuer: secureUrl.optional().describe('The authorization service; its token endpoint is found in its metadata.'),
  tokenUrl: secureUrl.optional().describe('Its token endpoint, where it publishes no metadata.'),
  clientId: z.string().min(1, 'Want the id of the client').max(512).describe('The gateway, as registered there.'),
  clientSecret: secret.optional().describe(`A reference: ${REFERENCE_FORMS}.`),
  clientAuth: z
    .enum(['basic', 'post'])
    .optional()
    .describe("How the secret is sent; by the issuer's metadata by default, else basic."),
  privateKey: secret.optional().describe(`In place of a secret: PEM (PKCS #8), as a reference: ${REFERENCE_FORMS}.`),
  keyId: word.optional().describe('`kid` of privateKey, if the service needs it.'),
  scope: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'Want scopes with one space between them')
    .max(2_048)
    .optional()
    .describe('What is asked for; what the service gives by default otherwise.'),
  resource: z
    .string()
    .max(2_048)
    .refine((text) => text === 'none' || (URL.canParse(text) && !text.includes('#')), 'Want a URI, or none')
    .optional()
    .describe("What the tokens are for (RFC 8707): the upstream's url by default; `none` leaves it out."),
  audience: word.optional().describe('`audience`, for services that want it.'),
}

/** How the gateway presents itself to one upstream. */
export const upstreamAuthSchema = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('none') }).describe('No credential.'),
  z.strictObject({ mode: z.literal('bearer'), token: secret.describe(`A reference: ${REFERENCE_FORMS}.`) }),
  z
    .strictObject({ mode: z.literal('gateway') })
    .describe('A short-lived token that the gateway signs for each caller.'),
  z
    .strictObject({ mode: z.literal('client_credentials'), ...oauthClient })
    .describe("A token of the gateway's own, for all callers (RFC 6749)."),
  z
    .strictObject({ mode: z.literal('token_exchange'), ...oauthClient })
    .describe('A token for each caller, by token exchange (RFC 8693).'),
])

/** How the gateway presents itself to an upstream. */
export type UpstreamAuth = z.output<typeof upstreamAuthSchema>

/** The settings of an OAuth client toward one upstream. */
export type OAuthClientConfig = Extract<UpstreamAuth, { mode: 'client_credentials' | 'token_exchange' }>

/** Keys of `auth` that do not go together, in a value that may be wrong in other ways too. */
export function authContradictionsOf(auth: Partial<UpstreamAuth> | undefined): [path: string[], message: string][] {
  if (auth?.mode !== 'client_credentials' && auth?.mode !== 'token_exchange') return []
  const { issuer, tokenUrl, clientSecret, privateKey, clientAuth, keyId } = auth as Partial<OAuthClientConfig>
  const found: [string[], string][] = []
  if ((clientSecret === undefined) === (privateKey === undefined))
    found.push([['auth'], 'Want exactly one of clientSecret, privateKey'])
  if (issuer !== undefined && tokenUrl !== undefined)
    found.push([['auth', 'tokenUrl'], 'Cannot go together with issuer'])
  // An upstream that chooses who gets the secret could choose itself; a signed assertion is of no use elsewhere.
  if (issuer === undefined && tokenUrl === undefined && privateKey === undefined)
    found.push([['auth'], 'Want issuer or tokenUrl: only a privateKey may go by what the upstream publishes'])
  if (privateKey !== undefined && clientAuth !== undefined)
    found.push([['auth', 'clientAuth'], 'Only for clientSecret'])
  if (privateKey === undefined && keyId !== undefined) found.push([['auth', 'keyId'], 'Only for privateKey'])
  return found
}

/** Every secret of it, revealed: two settings with equal secrets are the same. */
export function secretsOf(auth: UpstreamAuth): (string | undefined)[] {
  if (auth.mode === 'bearer') return [auth.token.reveal()]
  if (auth.mode !== 'client_credentials' && auth.mode !== 'token_exchange') return []
  return [auth.clientSecret?.reveal(), auth.privateKey?.reveal()]
}
