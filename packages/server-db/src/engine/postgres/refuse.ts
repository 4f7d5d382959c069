/** Refuses a statement: which rule, what it refused, and what to write instead. */
import { QueryFailure, type RefusalRule } from '../query-failure.ts'

/** @throws {QueryFailure} always */
export function refuse(rule: RefusalRule, message: string, instead?: string): never {
  throw new QueryFailure('refused', message, rule, instead)
}
