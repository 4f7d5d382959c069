/** Compiles the vendors' complete documents, each in a process of its own, and prints what it took beside what it may take. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DOCUMENT_SOURCES, fetchDocuments } from '../scripts/fetch-documents.ts'
import { compileDocument } from '../src/openapi/compile-document.ts'
import { parseDocument } from '../src/openapi/parse-document.ts'

const MAX_SECONDS = 5
const MAX_MEGABYTES = 400

interface Figures {
  bytes: number
  operations: number
  warnings: number
  seconds: number
  peakMegabytes: number
}

const [file] = process.argv.slice(2)
if (file) process.stdout.write(JSON.stringify(measure(file)))
else await measureAll()

async function measureAll(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-documents-'))
  try {
    const texts = await fetchDocuments(folder)
    const rows = DOCUMENT_SOURCES.map(({ connector }) => {
      const path = join(folder, `${connector}.json`)
      writeFileSync(path, texts.get(connector) as string)
      const child = spawnSync(process.execPath, [import.meta.filename, path], { encoding: 'utf8' })
      if (child.status !== 0) throw new Error(`Cannot compile "${connector}": ${child.stderr.slice(0, 2_000)}`)
      return { connector, ...(JSON.parse(child.stdout) as Figures) }
    })
    process.stdout.write(`${table(rows)}\n`)
    const isWithin = rows.every((row) => row.seconds <= MAX_SECONDS && row.peakMegabytes <= MAX_MEGABYTES)
    process.stdout.write(`bounds: ${MAX_SECONDS} s and ${MAX_MEGABYTES} MB: ${isWithin ? 'kept' : 'EXCEEDED'}\n`)
    process.exitCode = isWithin ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Reading, checking and compiling, with the memory of the whole process. */
function measure(path: string): Figures {
  const text = readFileSync(path, 'utf8')
  const startedAtMs = performance.now()
  const api = compileDocument({ connector: 'bench', name: path, root: parseDocument(text, path) })
  const seconds = (performance.now() - startedAtMs) / 1_000
  return {
    bytes: Buffer.byteLength(text),
    operations: api.operations.size,
    warnings: api.warnings.length,
    seconds,
    peakMegabytes: process.resourceUsage().maxRSS / 1_000,
  }
}

function table(rows: readonly (Figures & { connector: string })[]): string {
  const lines = rows.map(
    (row) =>
      `| ${row.connector} | ${(row.bytes / 1e6).toFixed(1)} | ${row.operations} | ${row.warnings} | ${row.seconds.toFixed(2)} | ${row.peakMegabytes.toFixed(0)} |`,
  )
  return ['| document | MB | operations | warnings | s | peak MB |', '|---|---|---|---|---|---|', ...lines].join('\n')
}
