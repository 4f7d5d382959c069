/** Results as CSV files in the data directory: each readable by the caller who asked for it, for a while. */
import { createHmac } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { stableJson } from '@causeway/shared-contracts/stable-json'
import type { ResultColumn, RowSink, StreamSummary } from '../engine/query-engine.ts'
import { csvLine } from './csv-line.ts'

/** How long an export can be read. */
export const EXPORT_LIFE_MS = 15 * 60_000
/** Most rows of an export. */
export const MAX_EXPORT_ROWS = 100_000
/** Most bytes of an export. */
export const MAX_EXPORT_BYTES = 5 * 1024 * 1024
const MAX_EXPORTS = 200

/** A file that was written. */
export interface Export {
  id: string
  columns: readonly ResultColumn[]
  rowCount: number
  bytes: number
  /** There are rows beyond the bounds. */
  isCut: boolean
  summary: Pick<StreamSummary, 'masked' | 'rowFiltered' | 'elapsedMs'> | undefined
}

/** The exports of one process. */
export interface Exports {
  /** @param identity what the export is of; the same gives the same id, and takes the place of the one before */
  write(owner: string, identity: unknown, stream: (sink: RowSink) => Promise<StreamSummary>): Promise<Export>
  /** The CSV text; `undefined` for another owner's, an expired or an unknown one. */
  read(id: string, owner: string): Promise<string | undefined>
}

/** Thrown by the sink to stop a stream that has filled its file. */
class FileIsFull extends Error {}

/** @param folder emptied here, because nothing is known of what an earlier process left there */
export function openExports(folder: string, secret: Uint8Array): Exports {
  rmSync(folder, { recursive: true, force: true })
  const known = new Map<string, { owner: string; untilMs: number }>()
  const fileOf = (id: string) => join(folder, `${id}.csv`)

  async function makeRoom(): Promise<void> {
    const nowMs = Date.now()
    const gone = [...known].filter(([, { untilMs }]) => untilMs <= nowMs).map(([id]) => id)
    if (gone.length === 0 && known.size >= MAX_EXPORTS) gone.push(known.keys().next().value as string)
    for (const id of gone) {
      known.delete(id)
      await rm(fileOf(id), { force: true })
    }
  }

  return {
    async write(owner, identity, stream) {
      await makeRoom()
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const id = createHmac('sha256', secret)
        .update(stableJson(['export', owner, identity]))
        .digest('base64url')
        .slice(0, 32)
      const written = await writeFile(fileOf(id), stream)
      known.delete(id)
      known.set(id, { owner, untilMs: Date.now() + EXPORT_LIFE_MS })
      return { id, ...written }
    },
    async read(id, owner) {
      const found = known.get(id)
      if (!found || found.owner !== owner || found.untilMs <= Date.now()) return undefined
      return readFile(fileOf(id), 'utf8')
    },
  }
}

async function writeFile(path: string, stream: (sink: RowSink) => Promise<StreamSummary>): Promise<Omit<Export, 'id'>> {
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
  const file = await open(draft, 'wx', 0o600)
  const written: Omit<Export, 'id'> = { columns: [], rowCount: 0, bytes: 0, isCut: false, summary: undefined }
  let header = ''
  try {
    const sink: RowSink = {
      columns(columns) {
        written.columns = columns
        header = csvLine(columns.map(({ name }) => name))
      },
      async rows(batch) {
        const lines = batch.map(csvLine)
        const kept = linesWithin(lines, MAX_EXPORT_BYTES - written.bytes - header.length)
        const text = header + kept.join('')
        header = ''
        await file.write(text)
        written.bytes += Buffer.byteLength(text)
        written.rowCount += kept.length
        if (kept.length < lines.length) throw new FileIsFull()
      },
    }
    const summary = await stream(sink)
    if (header !== '') await sink.rows([])
    written.summary = summary
    written.isCut = summary.hasMore
  } catch (error) {
    if (!(error instanceof FileIsFull)) {
      await rm(draft, { force: true })
      throw error
    }
    written.isCut = true
  } finally {
    await file.close()
  }
  await rename(draft, path)
  return written
}

function linesWithin(lines: readonly string[], maxBytes: number): string[] {
  let left = maxBytes
  const end = lines.findIndex((line) => {
    left -= Buffer.byteLength(line)
    return left < 0
  })
  return lines.slice(0, end === -1 ? lines.length : end)
}
