/** Turns what the schema found into problems in plain words, with places and suggestions. */
import type { z } from 'zod'
import { closest } from './closest.ts'
import { type ConfigNode, nodeAt, problemAt } from './config-node.ts'
import { type JsonSchema, jsonSchemaOfConfig } from './json-schema.ts'
import type { Path, Problem } from './problem.ts'

type Issue = z.core.$ZodIssue

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
}

/** Every issue as a problem at its place. */
export function describeIssues(root: ConfigNode, issues: readonly Issue[]): Problem[] {
  return issues.flatMap((issue) => describe(root, issue))
}

function describe(root: ConfigNode, issue: Issue): Problem[] {
  const path = issue.path as Path
  if (issue.code === 'unrecognized_keys')
    return issue.keys.flatMap((key) => problemAt(root, [...path, key], unknownKey(path, key)))
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return describeBranch(root, issue)
  return problemAt(root, path, messageOf(root, issue))
}

function messageOf(root: ConfigNode, issue: Issue): string {
  const node = nodeAt(root, issue.path as Path)
  if (!node) return 'Required'
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message
  if (issue.code === 'invalid_value') return wantOneOf(issue.values, node)
  if (issue.code === 'invalid_union' && 'options' in issue && issue.options) return wantOneOf(issue.options, node)
  // The schema's own words are kept; only the library's are replaced.
  if (!/^(Invalid input: expected|Too) /.test(issue.message)) return issue.message
  if (issue.code === 'invalid_type') return `Want ${KINDS[issue.expected] ?? issue.expected}`
  if (issue.code === 'too_big') return `Want at most ${amount(issue.maximum, issue)}`
  return issue.code === 'too_small' ? `Want at least ${amount(issue.minimum, issue)}` : issue.message
}

// When one form fits but for its details, the details are what the reader needs.
function describeBranch(root: ConfigNode, issue: Extract<Issue, { code: 'invalid_union' }>): Problem[] {
  const isOtherForm = ({ code, path }: Issue) => path.length === 0 && code !== 'unrecognized_keys' && code !== 'custom'
  const branch = issue.errors.find((issues) => !issues.some(isOtherForm))
  if (!branch) return problemAt(root, issue.path as Path, messageOf(root, issue))
  return branch.flatMap((inner) => describe(root, { ...inner, path: [...issue.path, ...inner.path] }))
}

function amount(bound: number | bigint, { origin }: { origin: string }): string {
  if (origin === 'string') return `${bound} characters`
  return origin === 'array' ? `${bound} entries` : String(bound)
}

function wantOneOf(values: readonly unknown[], node: ConfigNode): string {
  const known = values.map(String)
  const written = node.content.kind === 'scalar' && typeof node.content.value === 'string' ? node.content.value : ''
  return `Want ${known.length > 1 ? 'one of ' : ''}${known.join(', ')}${suggestion(written, known)}`
}

function unknownKey(path: Path, key: string): string {
  const known = knownKeys(jsonSchemaOfConfig(), path)
  return known.includes(key) ? 'Not allowed beside the other keys here' : `Unknown key${suggestion(key, known)}`
}

function suggestion(word: string, known: readonly string[]): string {
  const meant = closest(word, known)
  return meant === undefined ? '' : `; did you mean "${meant}"?`
}

function knownKeys(schema: JsonSchema, path: Path): string[] {
  const forms = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  const [step, ...rest] = path
  if (step === undefined) return forms.flatMap((form) => Object.keys(form.properties ?? {}))
  return forms.flatMap((form) => {
    const next = form.properties?.[step] ?? form.additionalProperties ?? form.items
    return typeof next === 'object' ? knownKeys(next, rest) : []
  })
}
