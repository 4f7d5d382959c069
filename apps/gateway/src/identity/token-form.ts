/** The form of an access token before anything in it is believed: one spelling, one algorithm of its issuer, nothing that changes how it is to be read. */

/** What decides which keys a token is tried with. */
export interface TokenForm {
  algorithm: string
  /** Lower case, without `application/`; `undefined` where the header has none. */
  type: string | undefined
  issuer: string
}

const PART = /^[A-Za-z0-9_-]+$/
/** Header parameters that would change what is signed or how it is read. */
const REFUSED = ['crit', 'b64', 'zip', 'enc']
const MAX_KEY_ID_CHARACTERS = 256

/** Reads a compact JWS; `undefined` for everything else, another spelling of one included. */
export function readTokenForm(text: string): TokenForm | undefined {
  const parts = text.split('.')
  if (parts.length !== 3 || !parts.every(isCanonical)) return undefined
  const header = jsonObject(parts[0] as string)
  const claims = jsonObject(parts[1] as string)
  if (!header || !claims || REFUSED.some((name) => name in header)) return undefined
  const { alg, typ, kid } = header
  if (typeof alg !== 'string' || typeof claims.iss !== 'string') return undefined
  if (typ !== undefined && typeof typ !== 'string') return undefined
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KEY_ID_CHARACTERS)) return undefined
  return { algorithm: alg, type: typ?.toLowerCase().replace(/^application\//, ''), issuer: claims.iss }
}

// Base64url leaves bits of the last character unused, and decoders forgive what is not of its alphabet.
function isCanonical(part: string): boolean {
  return PART.test(part) && Buffer.from(part, 'base64url').toString('base64url') === part
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function jsonObject(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(Buffer.from(part, 'base64url')))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
