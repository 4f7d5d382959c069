/** How a query can fail in an engine, as a value that crosses process boundaries. */

/** The rules that refuse a statement before it runs. */
export type RefusalRule =
  | 'plain_text'
  | 'one_statement'
  | 'select_only'
  | 'no_pragma'
  | 'no_catalog'
  | 'no_locking'
  | 'allowed_functions'
  | 'allowed_operators'
  | 'allowed_types'
  | 'allowed_syntax'
  | 'bounded_size'
  | 'write_only'
  | 'write_allow_list'

/** The failure as data. */
export interface QueryFailureShape {
  kind: 'refused' | 'parameters' | 'sql' | 'timeout' | 'too_heavy' | 'busy' | 'unavailable' | 'canceled'
  /** Names nothing that the caller's role may not see: no base value, path or generated name. */
  message: string
  /** The rule, when `kind` is `refused`. */
  rule?: RefusalRule
  /** What to write instead, where the engine knows better than the rule's own advice. */
  instead?: string
}

/** Thrown by engines for every failure that they can explain. */
export class QueryFailure extends Error {
  readonly shape: QueryFailureShape

  constructor(kind: QueryFailureShape['kind'], message: string, rule?: RefusalRule, instead?: string) {
    super(message)
    this.name = 'QueryFailure'
    this.shape = { kind, message, ...(rule ? { rule } : {}), ...(instead ? { instead } : {}) }
  }
}
