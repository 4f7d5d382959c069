/** Documented settings that this version does not have, and refuses, because ignoring them would mislead. */
import { type ConfigNode, pathsLike, problemAt, valueAt } from './config-node.ts'
import type { Path, Problem } from './problem.ts'

interface NotYet {
  /** Dotted, `*` for any key or index. */
  at: string
  what: string
  /** Limits the row to some values; every value otherwise. */
  when?(value: unknown): boolean
}

const startsWith = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value)

const namesTools = (value: unknown) => Array.isArray(value) && value.some((each) => typeof each === 'string')

const REFUSED: readonly NotYet[] = [
  { at: 'store', what: 'PostgreSQL', when: startsWith(/^postgres/) },
  { at: 'shared', what: 'Redis', when: startsWith(/^rediss?:/) },
  { at: 'upstreams.*.retryable', what: 'Calling a tool again', when: namesTools },
]

/** What the configuration asks for in vain. */
export interface NotYetFindings {
  problems: Problem[]
  /** Paths of the problems: whatever else the schema has to say below them is noise. */
  refused: Path[]
}

/** Finds the settings that this version does not have. */
export function findNotYet(root: ConfigNode): NotYetFindings {
  const refused = REFUSED.flatMap((row) => occurrences(root, row))
  return {
    refused: refused.map(({ path }) => path),
    problems: refused.flatMap(({ path, what }) => problemAt(root, path, `${what} is not available in this version`)),
  }
}

function occurrences(root: ConfigNode, { at, what, when }: NotYet): { path: Path; what: string }[] {
  const paths = pathsLike(root, at.split('.'))
  return paths.filter((path) => !when || when(valueAt(root, path))).map((path) => ({ path, what }))
}
