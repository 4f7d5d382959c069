/** Which JSON-RPC ids and progress tokens are any, however else an upstream may write them. */

/** Whether the value can be an id or a token; others are nobody's, and could be nested deeper than they can be read or written again. */
export function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
