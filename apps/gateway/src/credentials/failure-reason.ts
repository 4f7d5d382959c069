/** Says why there is no token, in words that may reach an agent: nothing of what the authorization service wrote but a code that everybody knows. */
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

function refusedWith(code: string): string {
  return `its authorization service refuses the gateway a token: ${code}`
}
