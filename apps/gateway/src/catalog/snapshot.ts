/** The last good lists of each upstream on disk, so that a gateway that has just started lists what it listed before, and waits for nobody. */
import { mkdirSync, readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { UpstreamConfig } from '../config/schema.ts'
import type { UpstreamIdentity } from '../upstream/connection.ts'
import { type Kind, perKind } from './definition.ts'
import type { RawDefinition } from './list-all.ts'

/** What an upstream said of itself and listed. */
export interface Snapshot {
  identity: UpstreamIdentity
  lists: Record<Kind, RawDefinition[]>
  /** Pseudonyms of the gateways that the lists have come through. */
  origins?: readonly string[]
}

/** Reads and writes the snapshot of one upstream. */
export interface SnapshotFile {
  /** The snapshot of the last run, unless the upstream is reached another way since. */
  load(): Snapshot | undefined
  /** Writes it if it differs from the last one. */
  save(snapshot: Snapshot): Promise<void>
}

interface Stored {
  source: string
  identity: UpstreamIdentity
  /** A file of an earlier version may lack a kind. */
  texts: Partial<Record<Kind, string[]>>
  origins?: readonly string[]
}

/** @param dataDir the gateway's data directory */
export function createSnapshotFile(
  dataDir: string,
  id: string,
  config: Pick<UpstreamConfig, 'run' | 'url' | 'command'>,
): SnapshotFile {
  const folder = join(dataDir, 'catalog')
  const path = join(folder, `${id}.json`)
  const source = JSON.stringify([config.run, config.url, config.command])
  let written: string | undefined
  return {
    load() {
      try {
        written = readFileSync(path, 'utf8')
        const { source: storedSource, identity, texts, origins } = JSON.parse(written) as Stored
        if (storedSource !== source) return undefined
        const lists = perKind((kind) => (texts[kind] ?? []).map((text) => ({ text, value: JSON.parse(text) })))
        return { identity, lists, ...(origins ? { origins } : {}) }
      } catch {
        // A missing or damaged snapshot only means that the first list waits for the upstream.
        return undefined
      }
    },
    async save({ identity, lists, origins }) {
      const texts = perKind((kind) => lists[kind].map((raw) => raw.text))
      const stored: Stored = { source, identity, texts, ...(origins?.length ? { origins } : {}) }
      const text = JSON.stringify(stored)
      if (text === written) return
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      await writeFile(`${path}.${process.pid}`, text, { mode: 0o600 })
      await rename(`${path}.${process.pid}`, path)
      written = text
    },
  }
}
