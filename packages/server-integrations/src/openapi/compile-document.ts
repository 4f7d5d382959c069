/** Compiles a vendor's document, as its overlay wants it, to operations that can be searched, described and called. */
import { BUDGETS, type Budgets } from './budgets.ts'
import { compileOperation } from './compile-operation.ts'
import { shortText } from './convert-schema.ts'
import { isRecord, type JsonRecord, own, ownList, ownRecord, ownText } from './json.ts'
import { OpenApiError } from './openapi-error.ts'
import type { Operation } from './operation.ts'
import { NO_OVERLAY, type Overlay } from './overlay.ts'
import { readOperations, versionOf } from './read-operations.ts'
import type { ReadOverlay } from './read-overlay.ts'
import { createSchemaBook } from './schema-book.ts'
import type { WrittenOperation } from './written-operation.ts'

/** A problem that does not stop a document from being used. */
export interface CompileWarning {
  at: string
  problem: string
}

export interface CompiledApi {
  connector: string
  title: string
  /** Version of the API as the document tells it. */
  version: string
  /** Where the API is, unless the operator says otherwise. */
  baseUrl: string | undefined
  overlay: Overlay
  operations: ReadonlyMap<string, Operation>
  warnings: readonly CompileWarning[]
}

/** What to compile. */
export interface CompileSource {
  connector: string
  /** How errors call the document. */
  name: string
  root: JsonRecord
  overlay?: ReadOverlay
  budgets?: Budgets
}

const MAX_WARNINGS = 200

/**
 * Compiles every operation that the overlay includes.
 * @throws OpenApiError for a document or an overlay that cannot be used
 */
export function compileDocument(source: CompileSource): CompiledApi {
  try {
    return compile(source)
  } catch (error) {
    if (error instanceof RangeError) throw new OpenApiError(source.name, 'its references nest too deep')
    throw error
  }
}

function compile(source: CompileSource): CompiledApi {
  const { root, name, connector, budgets = BUDGETS } = source
  const overlay = source.overlay?.overlay ?? NO_OVERLAY
  const version = versionOf(root, name)
  const warnings: CompileWarning[] = []
  const warn = (at: string, problem: string) => {
    if (warnings.length < MAX_WARNINGS) warnings.push({ at, problem })
  }
  const common = { version, budgets, warn }
  const context = {
    connector,
    overlay,
    budgets,
    warn,
    request: createSchemaBook(root, { ...common, use: 'request' }),
    response: createSchemaBook(root, { ...common, use: 'response' }),
  }
  const operations = new Map<string, Operation>()
  for (const written of includedOperations(source, overlay, budgets)) {
    const operation = compileOperation(written, context)
    if (!operation) continue
    if (operations.has(operation.id))
      throw new OpenApiError(
        placeOf(source, written.writtenId, 'rename'),
        `two operations are called "${operation.id}"`,
      )
    operations.set(operation.id, operation)
  }
  const info = ownRecord(root, 'info')
  return {
    connector,
    title: overlay.title ?? (shortText(own(info, 'title'), 60) || connector),
    version: shortText(own(info, 'version'), 40),
    baseUrl: overlay.baseUrl ?? baseUrlOf(root),
    overlay,
    operations,
    warnings,
  }
}

function includedOperations(source: CompileSource, overlay: Overlay, budgets: Budgets): WrittenOperation[] {
  const all = [...readOperations(source.root, versionOf(source.root, source.name))]
  const { include } = overlay
  if (include === undefined && all.length > budgets.maxOperations) {
    throw new OpenApiError(
      source.name,
      `it has ${all.length} operations, at most ${budgets.maxOperations} are compiled; choose some with include in an overlay`,
    )
  }
  const ids = new Set(all.map(({ writtenId }) => writtenId))
  for (const id of Object.keys(overlay.operations))
    if (!ids.has(id)) throw new OpenApiError(placeOf(source, id), `the document has no operation "${id}"`)
  if (include === undefined) return all
  const patterns = include.map((pattern, i) => {
    const matches = globOf(pattern)
    if (!all.some(({ writtenId }) => matches(writtenId)))
      throw new OpenApiError(
        source.overlay?.placeOf(['include', i]) ?? 'include',
        `no operation of the document is called "${pattern}"`,
      )
    return matches
  })
  const included = all.filter(({ writtenId }) => patterns.some((matches) => matches(writtenId)))
  if (included.length > budgets.maxOperations)
    throw new OpenApiError(
      source.name,
      `its overlay includes ${included.length} operations, at most ${budgets.maxOperations}`,
    )
  return included
}

function globOf(pattern: string): (id: string) => boolean {
  const parts = pattern.split('*')
  if (parts.length === 1) return (id) => id === pattern
  const [first = '', ...rest] = parts
  const last = rest.pop() ?? ''
  return (id) => {
    if (!id.startsWith(first) || !id.endsWith(last) || id.length < first.length + last.length) return false
    let from = first.length
    for (const part of rest) {
      const found = id.indexOf(part, from)
      if (found < 0 || found + part.length > id.length - last.length) return false
      from = found + part.length
    }
    return true
  }
}

function placeOf(source: CompileSource, id: string, key?: string): string {
  const path = ['operations', id, ...(key ? [key] : [])]
  return source.overlay ? `${source.overlay.placeOf(path)} ${path.join('.')}` : `${source.name} ${id}`
}

function baseUrlOf(root: JsonRecord): string | undefined {
  const [server] = ownList(root, 'servers')
  if (isRecord(server)) return withDefaults(ownText(server, 'url'), ownRecord(server, 'variables'))
  const host = ownText(root, 'host')
  if (host === undefined) return undefined
  const schemes = ownList(root, 'schemes').map(String)
  const scheme = schemes.includes('https') || schemes.length === 0 ? 'https' : String(schemes[0])
  return `${scheme}://${host}${ownText(root, 'basePath') ?? ''}`
}

function withDefaults(url: string | undefined, variables: JsonRecord | undefined): string | undefined {
  return url?.replace(
    /\{([^{}]{1,100})\}/g,
    (whole, name: string) => ownText(ownRecord(variables, name), 'default') ?? whole,
  )
}
