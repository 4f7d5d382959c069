/** Regular expressions of documents that nobody here wrote: kept only when they can be matched in linear time. */
import { RE2JS } from 're2js'

const MAX_CHARS = 1_000

/** Matches like a RegExp, in time linear in the text; for ajv. */
export function linearRegExp(pattern: string): { test(text: string): boolean } {
  const compiled = RE2JS.compile(pattern)
  return { test: (text) => compiled.matcher(text).find() }
}
// Ajv writes this into the code that it can generate for later; ours is always run at once.
linearRegExp.code = 'linearRegExp'

/** Why a pattern is not used, or undefined when it is. */
export function patternProblem(pattern: unknown): string | undefined {
  if (typeof pattern !== 'string') return 'it is not text'
  if (pattern.length > MAX_CHARS) return `it has more than ${MAX_CHARS} characters`
  try {
    new RegExp(pattern, 'u')
    RE2JS.compile(pattern)
    return undefined
  } catch {
    return 'it is not a regular expression that matches in linear time'
  }
}
