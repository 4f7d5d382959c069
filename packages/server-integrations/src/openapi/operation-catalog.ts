/** All operations that can be called: those of the vendored documents and of imported ones, compiled when they are first needed. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { CompiledApi } from './compile-document.ts'
import type { Operation } from './operation.ts'

const DOCUMENTS = join(import.meta.dirname, '../../documents')

/** The connectors whose documents come with this domain server. */
export const VENDORED_CONNECTORS = ['github', 'slack', 'stripe', 'jira', 'asana', 'xero'] as const

/** A document with its overlay, as text. */
export interface DocumentTexts {
  document: string
  overlay: string
}

/** Where imported documents are kept. */
export interface ImportedDocuments {
  connectors(): readonly string[]
  read(connector: string): Promise<DocumentTexts>
}

/** A compiled connector. */
export interface CatalogEntry {
  api: CompiledApi
  isImported: boolean
}

/** An operation with the API that it belongs to. */
export interface FoundOperation extends CatalogEntry {
  operation: Operation
}

/** Opens the catalog; nothing is read before it is needed. */
export function createOperationCatalog(imported: ImportedDocuments) {
  const compiled = new Map<string, Promise<CatalogEntry>>()
  const connectors = () => [...VENDORED_CONNECTORS, ...imported.connectors()]
  const entry = (connector: string) => {
    const known = compiled.get(connector)
    if (known) return known
    const isImported = !isVendored(connector)
    const compiling = (isImported ? imported.read(connector) : readVendored(connector)).then(async (texts) => ({
      api: await compileTexts(connector, texts),
      isImported,
    }))
    compiled.set(connector, compiling)
    compiling.catch(() => compiled.delete(connector))
    return compiling
  }
  return {
    connectors,
    /** One connector, compiled. @throws OpenApiError */
    entry,
    /** Every connector that compiles. */
    async all(): Promise<CatalogEntry[]> {
      const settled = await Promise.allSettled(connectors().map(entry))
      return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    },
    /** @throws ToolError `not_found` with the closest name */
    async find(connector: string, id: string): Promise<FoundOperation> {
      if (!connectors().includes(connector)) throw unknownConnector(connector, connectors())
      const found = await entry(connector)
      const operation = found.api.operations.get(id)
      if (operation) return { ...found, operation }
      throw unknownOperation(found.api, id)
    },
    /** Compiles a connector anew when it is next needed. */
    forget(connector: string): void {
      compiled.delete(connector)
    },
  }
}

/** All operations that can be called. */
export type OperationCatalog = ReturnType<typeof createOperationCatalog>

/** Whether a connector's document comes with this domain server. */
export function isVendored(connector: string): boolean {
  return (VENDORED_CONNECTORS as readonly string[]).includes(connector)
}

/** The compiler is loaded here, because most processes never need it. */
async function compileTexts(connector: string, texts: DocumentTexts): Promise<CompiledApi> {
  const [{ compileDocument }, { parseDocument }, { readOverlay }] = await Promise.all([
    import('./compile-document.ts'),
    import('./parse-document.ts'),
    import('./read-overlay.ts'),
  ])
  const root = parseDocument(texts.document, connector)
  const overlay = readOverlay(texts.overlay, `${connector}.yaml`)
  return compileDocument({ connector, name: connector, root, overlay })
}

async function readVendored(connector: string): Promise<DocumentTexts> {
  const [document, overlay] = await Promise.all([
    readFile(join(DOCUMENTS, `generated/${connector}.json`), 'utf8'),
    readFile(join(DOCUMENTS, `overlays/${connector}.yaml`), 'utf8'),
  ])
  return { document, overlay }
}

function unknownConnector(connector: string, known: readonly string[]): ToolError {
  return new ToolError(
    'not_found',
    `No connector "${connector}". There are: ${known.join(', ')}. Find operations with search_operations.`,
    { field: 'connector', allowed: known },
  )
}

function unknownOperation(api: CompiledApi, id: string): ToolError {
  const words = wordsIn(id)
  const [closest] = [...api.operations.keys()]
    .map((name) => ({ name, shared: wordsIn(name).filter((word) => words.includes(word)).length }))
    .filter(({ shared }) => shared > 0)
    .sort((a, b) => b.shared - a.shared)
  return new ToolError(
    'not_found',
    `No operation "${id}" in ${api.connector}.${closest ? ` Closest: ${closest.name}.` : ''} Find it with search_operations(connector="${api.connector}").`,
    { field: 'operation', ...(closest ? { did_you_mean: closest.name } : {}) },
  )
}

/** The words of a name or sentence, however they are joined. */
export function wordsIn(text: string): string[] {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1)
}
