/** Cuts a vendor's document down to some operations, so that what is kept in the repository or in a data directory stays small. */
import { shortText } from './convert-schema.ts'
import { isRecord, type JsonRecord, own, ownRecord } from './json.ts'
import { lookUp, tokensOf } from './local-reference.ts'
import { METHODS } from './written-operation.ts'

/** What stays. */
export interface Trim {
  /** Whether an operation of the document stays, by its path and method. */
  isKept(path: string, method: string): boolean
  /** References within answers that are followed; what is further away may be anything. */
  maxResponseDepth: number
}

const DROPPED = ['externalDocs', 'xml', 'callbacks', 'links', 'security']
const MAX_DESCRIPTION = 200
const MAX_EXAMPLE = 40

/** The document with the operations that stay and all that their requests refer to; answers are cut at a depth. */
export function trimDocument(root: JsonRecord, trim: Trim): JsonRecord {
  const trimmed: JsonRecord = {}
  for (const key of ['openapi', 'swagger', 'info', 'servers', 'host', 'basePath', 'schemes', 'consumes', 'produces'])
    if (own(root, key) !== undefined) trimmed[key] = slim(root[key])
  trimmed.paths = trimmedPaths(root, trim)
  copyTargets(root, trimmed, trim)
  return trimmed
}

function trimmedPaths(root: JsonRecord, trim: Trim): JsonRecord {
  const paths: [string, JsonRecord][] = []
  for (const [path, written] of Object.entries(ownRecord(root, 'paths') ?? {})) {
    if (!isRecord(written)) continue
    const kept = Object.entries(written).filter(
      ([key]) => key === 'parameters' || (METHODS.includes(key as never) && trim.isKept(path, key)),
    )
    if (kept.some(([key]) => key !== 'parameters'))
      paths.push([path, Object.fromEntries(kept.map(([key, value]) => [key, trimmedOperation(value)]))])
  }
  return Object.fromEntries(paths)
}

function trimmedOperation(operation: unknown): unknown {
  if (!isRecord(operation)) return slim(operation)
  const responses = Object.entries(ownRecord(operation, 'responses') ?? {}).filter(([status]) => /^2/.test(status))
  return slim({ ...operation, responses: Object.fromEntries(responses) })
}

/** Copies what the kept operations refer to; of each target is remembered how few answers' references lead to it. */
function copyTargets(root: JsonRecord, trimmed: JsonRecord, trim: Trim): void {
  const depths = new Map<string, number>()
  let open = referencesIn(trimmed.paths, 0)
  while (open.length > 0) {
    const next: Found[] = []
    for (const { reference, depth } of open) {
      if ((depths.get(reference) ?? Number.POSITIVE_INFINITY) <= depth) continue
      depths.set(reference, depth)
      const target = slim(lookUp(root, reference, reference))
      // The schema that an answer itself refers to has depth 2.
      const isCut = depth > trim.maxResponseDepth + 1 && tokensOf(reference)[1] === 'schemas'
      place(trimmed, reference, isCut ? {} : target)
      if (!isCut) next.push(...referencesIn(target, depth))
    }
    open = next
  }
}

interface Found {
  reference: string
  depth: number
}

/** References of a request have depth 0 throughout: what is sent is described completely. */
function referencesIn(value: unknown, depth: number): Found[] {
  if (Array.isArray(value)) return value.flatMap((one) => referencesIn(one, depth))
  if (!isRecord(value)) return []
  const reference = own(value, '$ref')
  if (typeof reference === 'string') return [{ reference, depth: depth === 0 ? 0 : depth + 1 }]
  return Object.entries(value).flatMap(([key, one]) =>
    referencesIn(one, key === 'responses' && depth === 0 && isRecord(one) ? 1 : depth),
  )
}

function place(trimmed: JsonRecord, reference: string, target: unknown): void {
  const tokens = tokensOf(reference)
  const last = tokens.pop() ?? ''
  let at = trimmed
  for (const key of tokens) {
    const next = ownRecord(at, key) ?? {}
    at[key] = next
    at = next
  }
  at[last] = target
}

/** A short example says how an argument looks; all others only take room. */
function isKept(key: string, value: unknown): boolean {
  if (key === 'example') return isShort(value)
  if (key === 'examples') return Array.isArray(value) && value.every(isShort)
  return !DROPPED.includes(key) && !key.startsWith('x-')
}

function isShort(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_EXAMPLE
}

/** Without extensions and long prose. */
function slim(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((one) => slim(one))
  if (!isRecord(value)) return value
  const kept = Object.entries(value).filter(([key, one]) => isNames || isKept(key, one))
  return Object.fromEntries(
    kept.map(([key, one]) => {
      if (!isNames && key === 'description') return [key, shortText(one, MAX_DESCRIPTION)]
      const holdsNames = !isNames && (key === 'properties' || key === 'encoding' || key === 'content')
      return [key, slim(one, holdsNames)]
    }),
  )
}
