/** Says why there is no token: to agents in words of our own, to the log without what the authorization service sent, which may hold a token. */
import { ResponseBodyError, WWWAuthenticateChallengeError } from 'oauth4webapi'

/** Of RFC 6749 §5.2, RFC 8693 §2.2.2 and RFC 8707 §2. */
const CODES: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
])

/** The end of the sentence "Cannot reach upstream …: …". */
export function failureReasonOf(error: unknown): string {
  if (error instanceof WWWAuthenticateChallengeError) return refusedWith('invalid_client')
  if (error instanceof ResponseBodyError) return refusedWith(CODES.has(error.error) ? error.error : 'an unknown error')
  return 'the gateway cannot get a token for it from its authorization service'
}

/** The error for the log. */
export function loggedFailureOf(error: unknown): Error {
  const { message, code, stack } = error as Error & { code?: unknown }
  const said =
    error instanceof ResponseBodyError ? `: ${error.error}: ${(error.error_description ?? '').slice(0, 200)}` : ''
  const known = typeof code === 'string' ? ` (${code})` : ''
  return Object.assign(new Error(`${message}${known}${said}`), { stack })
}

function refusedWith(code: string): string {
  return `its authorization service refuses the gateway a token: ${code}`
}
