/** Writes values the ways that OpenAPI knows: as lists, with nested keys, or as text. */

/** How a value is written. */
export interface WritingStyle {
  style?: string | undefined
  explode?: boolean | undefined
}

const DELIMITERS: Record<string, string> = { spaceDelimited: ' ', pipeDelimited: '|' }

/** The pairs that a query or form gets for one value; none for `undefined`. */
export function pairsOf(
  name: string,
  value: unknown,
  { style = 'form', explode = style === 'form' }: WritingStyle,
): [string, string][] {
  if (value === undefined) return []
  if (style === 'deepObject') return deepPairs(name, value)
  if (Array.isArray(value)) {
    if (explode) return value.map((one) => [name, textOf(one)])
    return [[name, value.map(textOf).join(DELIMITERS[style] ?? ',')]]
  }
  if (typeof value !== 'object' || value === null) return [[name, textOf(value)]]
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  if (explode) return entries.map(([key, one]) => [key, textOf(one)])
  return [[name, entries.map(([key, one]) => `${key},${textOf(one)}`).join(',')]]
}

/** `customer[address][city]`, and `items[0][price]` for lists. */
function deepPairs(name: string, value: unknown): [string, string][] {
  if (value === undefined) return []
  if (typeof value !== 'object' || value === null) return [[name, textOf(value)]]
  return Object.entries(value).flatMap(([key, one]) => deepPairs(`${name}[${key}]`, one))
}

/** A value as text; what has parts becomes JSON, and null is written as nothing. */
export function textOf(value: unknown): string {
  if (value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
