/** What an import would bring: its operations, what they cost to list and to describe, and what was wrong with the document. */
import { type CompiledApi, type CompileWarning, compileDocument } from './compile-document.ts'
import { parseDocument } from './parse-document.ts'
import { type PromotedOperation, promotedOperations } from './promoted-operation.ts'
import { readOverlay } from './read-overlay.ts'
import { trimDocument } from './trim-document.ts'

/** What is compiled. */
export interface PreviewSource {
  connector: string
  document: string
  overlay: string
}

/** One operation as a preview shows it. */
export interface PreviewRow {
  operation: string
  effect: string
  title: string
}

export interface DocumentPreview {
  title: string
  version: string
  baseUrl: string | undefined
  authKind: string
  operations: readonly PreviewRow[]
  warnings: readonly CompileWarning[]
  promoted: readonly PromotedOperation[]
  /** At 4 characters a token. */
  tokens: { list: number; describeMedian: number; describeLargest: number }
  /** The document with no more than the operations that are offered. */
  document: string
}

const CHARS_PER_TOKEN = 4
const MAX_RESPONSE_DEPTH = 6

/** @throws OpenApiError */
export function previewDocument({ connector, document, overlay }: PreviewSource): DocumentPreview {
  const root = parseDocument(document, `${connector}.document`)
  const read = readOverlay(overlay, `${connector}.yaml`)
  const api = compileDocument({ connector, name: `${connector}.document`, root, overlay: read })
  const kept = new Set([...api.operations.values()].map(({ method, path }) => `${method.toLowerCase()} ${path}`))
  const trimmed = trimDocument(root, {
    isKept: (path, method) => kept.has(`${method} ${path}`),
    maxResponseDepth: MAX_RESPONSE_DEPTH,
  })
  const promoted = promotedOperations(api)
  const sizes = [...api.operations.values()].map(({ input }) => tokensOf(input)).sort((a, b) => a - b)
  const isSame = sameOperations(api, compileDocument({ connector, name: connector, root: trimmed, overlay: read }))
  return {
    title: api.title,
    version: api.version,
    baseUrl: api.baseUrl,
    authKind: api.overlay.auth.kind,
    operations: [...api.operations.values()].map(({ id, effect, title }) => ({ operation: id, effect, title })),
    warnings: api.warnings,
    promoted,
    tokens: {
      list: tokensOf(promoted),
      describeMedian: sizes[Math.floor(sizes.length / 2)] ?? 0,
      describeLargest: sizes.at(-1) ?? 0,
    },
    document: isSame ? JSON.stringify(trimmed) : document,
  }
}

/** Names that a document gave twice are numbered, and may be numbered differently when some are left out. */
function sameOperations(one: CompiledApi, other: CompiledApi): boolean {
  const routes = (api: CompiledApi) =>
    [...api.operations.values()].map(({ id, method, path }) => `${id} ${method} ${path}`)
  return routes(one).join('\n') === routes(other).join('\n')
}

function tokensOf(value: unknown): number {
  return Math.ceil(JSON.stringify(value).length / CHARS_PER_TOKEN)
}
