/** Cuts the vendors' complete documents down to the operations that the overlays include, and writes down where they came from. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileDocument } from '../src/openapi/compile-document.ts'
import { parseDocument } from '../src/openapi/parse-document.ts'
import { readOverlay } from '../src/openapi/read-overlay.ts'
import { trimDocument } from '../src/openapi/trim-document.ts'
import { DOCUMENT_SOURCES, type DocumentSource, fetchDocuments } from './fetch-documents.ts'

const DOCUMENTS = join(import.meta.dirname, '../documents')

const folder = mkdtempSync(join(tmpdir(), 'causeway-documents-'))
try {
  const texts = await fetchDocuments(folder)
  const locks = DOCUMENT_SOURCES.map((source) => syncDocument(source, texts.get(source.connector) as string))
  writeFileSync(join(DOCUMENTS, 'generated/lock.json'), `${JSON.stringify(locks, null, 2)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function syncDocument(source: DocumentSource, text: string) {
  const { connector } = source
  const overlayFile = join(DOCUMENTS, `overlays/${connector}.yaml`)
  const overlay = readOverlay(readFileSync(overlayFile, 'utf8'), overlayFile)
  const root = parseDocument(text, source.file)
  const api = compileDocument({ connector, name: source.file, root, overlay })
  const kept = new Set([...api.operations.values()].map(({ path, method }) => `${method.toLowerCase()} ${path}`))
  const subset = trimDocument(root, {
    isKept: (path, method) => kept.has(`${method} ${path}`),
    maxResponseDepth: source.maxAnswerDepth,
  })
  const written = `${JSON.stringify(subset, null, 1)}\n`
  writeFileSync(join(DOCUMENTS, `generated/${connector}.json`), written)
  process.stdout.write(`${connector}: ${api.operations.size} operations, ${written.length} bytes\n`)
  const { file, version, license, licenseFrom } = source
  return {
    connector,
    package: source.package,
    version,
    file,
    sha256: sha256(text),
    license,
    licenseFrom,
    maxAnswerDepth: source.maxAnswerDepth,
    subsetSha256: sha256(written),
    operations: [...kept].sort(),
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
