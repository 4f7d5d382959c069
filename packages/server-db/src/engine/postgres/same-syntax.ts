/** Compares two syntax trees: what was printed must be what was meant. */

// Where something stands in the text, which differs between a text and its printed form.
const PLACES = new Set([
  'location',
  'rexpr_list_start',
  'rexpr_list_end',
  'list_start',
  'list_end',
  'stmt_len',
  'stmt_location',
])

/** Whether both mean the same statement, node for node. */
export function isSameSyntax(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const a = one as Record<string, unknown>
  const b = other as Record<string, unknown>
  for (const key in a) if (!PLACES.has(key) && !isSameSyntax(a[key], b[key])) return false
  for (const key in b) if (!PLACES.has(key) && !(key in a)) return false
  return true
}
