/** How much an OpenAPI document may cost: what exceeds one of these is refused, not cut. */

/** Bounds of one document. */
export interface Budgets {
  /** Of JSON text. */
  maxBytes: number
  /** Of YAML text, which takes far longer to read. */
  maxYamlBytes: number
  /** Objects and lists within each other. */
  maxDepth: number
  /** Values of every kind in the whole document. */
  maxNodes: number
  maxOperations: number
  /** Of one operation. */
  maxParameters: number
  maxEnumValues: number
  /** Values that the schemas of one request would unfold to if every reference were replaced by its target. */
  maxUnfoldedValues: number
}

/** What holds for every document; the largest of the vendors' own need about half of it. */
export const BUDGETS: Budgets = {
  maxBytes: 20_000_000,
  maxYamlBytes: 4_000_000,
  maxDepth: 64,
  maxNodes: 2_000_000,
  maxOperations: 2_500,
  maxParameters: 150,
  maxEnumValues: 5_000,
  maxUnfoldedValues: 10_000_000,
}
