/** Follows references inside one document; references to anywhere else are refused and never fetched. */
import { isRecord, type JsonRecord, own, ownText } from './json.ts'
import { OpenApiError } from './openapi-error.ts'

const MAX_HOPS = 32

/**
 * The value that a reference names.
 * @param from where the reference stands, for the error
 * @throws OpenApiError when it leaves the document or names nothing
 */
export function lookUp(root: JsonRecord, reference: string, from: string): unknown {
  if (reference !== '#' && !reference.startsWith('#/')) {
    throw new OpenApiError(
      from,
      `it refers to "${reference.slice(0, 200)}" outside the document; only references that begin with #/ are followed`,
    )
  }
  let value: unknown = root
  for (const token of tokensOf(reference)) {
    value = Array.isArray(value) ? value[Number(token)] : isRecord(value) ? own(value, token) : undefined
    if (value === undefined)
      throw new OpenApiError(from, `it refers to "${reference.slice(0, 200)}", which does not exist`)
  }
  return value
}

/** The tokens of a local reference, unescaped. */
export function tokensOf(reference: string): string[] {
  return reference
    .split('/')
    .slice(1)
    .map((token) => decoded(token).replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** A key as one token of a pointer. */
export function token(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

/**
 * An object that may be given by reference, through as many references as it takes.
 * @throws OpenApiError when they lead nowhere, or around in a circle
 */
export function resolved(root: JsonRecord, value: unknown, at: string): { value: JsonRecord; at: string } {
  let place = at
  for (let hops = 0; hops <= MAX_HOPS; hops++) {
    if (!isRecord(value)) throw new OpenApiError(place, 'want an object')
    const reference = ownText(value, '$ref')
    if (reference === undefined) return { value, at: place }
    value = lookUp(root, reference, place)
    place = reference
  }
  throw new OpenApiError(at, 'its references lead to nothing but references')
}

function decoded(token: string): string {
  try {
    return decodeURIComponent(token)
  } catch {
    return token
  }
}
