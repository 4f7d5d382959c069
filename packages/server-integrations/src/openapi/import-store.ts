/** Imported documents on disk: staged ones that were previewed, and active ones whose operations can be called. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { DocumentTexts, ImportedDocuments } from './operation-catalog.ts'
import type { PromotedOperation } from './promoted-operation.ts'

const STAGED_MS = 60 * 60_000
const MAX_STAGED = 20
const ID = /^[a-z]{2,20}$/
const PREVIEW_ID = /^[0-9a-f]{32}$/

/** What an import consists of. */
export interface ImportedApi extends DocumentTexts {
  connector: string
  /** Who previewed it. */
  owner: string
  promoted: readonly PromotedOperation[]
}

export interface ImportStore extends ImportedDocuments {
  /** Keeps a previewed import for an hour; the id says what was previewed and by whom. */
  stage(api: ImportedApi): string
  /** The staged import, or undefined for none of this owner. */
  staged(previewId: string, owner: string): ImportedApi | undefined
  /** Takes an import into use, in place of an earlier one of the same connector. */
  activate(api: ImportedApi): void
  /** @returns whether there was one */
  remove(connector: string): boolean
  /** The operations that are listed as tools of their own. */
  promoted(): readonly PromotedOperation[]
  /** Path of a file that an operator put into the inbox folder. */
  inboxFile(name: string): string
}

/** @param folder made when the first document arrives */
export function openImportStore(folder: string): ImportStore {
  const active = join(folder, 'active')
  const staging = join(folder, 'staged')
  const fileOf = (connector: string) => join(active, `${connector}.json`)
  const load = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as ImportedApi
  const names = () => (existsSync(active) ? readdirSync(active).sort() : [])
  const connectors = () => names().flatMap((name) => (ID.test(name.replace(/\.json$/, '')) ? [name.slice(0, -5)] : []))
  // Promoted operations are listed with every list of tools, so they are read once.
  let promoted = connectors().flatMap((connector) => promotedIn(() => load(fileOf(connector))))
  const changed = () => {
    promoted = connectors().flatMap((connector) => promotedIn(() => load(fileOf(connector))))
  }
  return {
    connectors,
    async read(connector) {
      const { document, overlay } = JSON.parse(await readFile(fileOf(connector), 'utf8')) as ImportedApi
      return { document, overlay }
    },
    stage(api) {
      forgetOld(staging)
      const text = JSON.stringify(api)
      const id = createHash('sha256').update(text).digest('hex').slice(0, 32)
      write(staging, `${id}.json`, text)
      return id
    },
    staged(previewId, owner) {
      const file = join(staging, `${previewId}.json`)
      if (!PREVIEW_ID.test(previewId) || !existsSync(file) || isOld(file)) return undefined
      const api = load(file)
      return api.owner === owner ? api : undefined
    },
    activate(api) {
      write(active, `${api.connector}.json`, JSON.stringify(api))
      changed()
    },
    remove(connector) {
      if (!connectors().includes(connector)) return false
      rmSync(fileOf(connector))
      changed()
      return true
    },
    promoted: () => promoted,
    inboxFile: (name) => join(folder, 'inbox', basename(name)),
  }
}

/** One broken file must not take all other tools away; its connector is told as unavailable. */
function promotedIn(load: () => ImportedApi): readonly PromotedOperation[] {
  try {
    return load().promoted
  } catch {
    return []
  }
}

function write(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const draft = join(folder, `.${name}.draft`)
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, join(folder, name))
}

function isOld(file: string): boolean {
  return statSync(file).mtimeMs < Date.now() - STAGED_MS
}

function forgetOld(staging: string): void {
  if (!existsSync(staging)) return
  const files = readdirSync(staging).map((name) => join(staging, name))
  const newest = files.filter((file) => !isOld(file)).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  const kept = new Set(newest.slice(0, MAX_STAGED - 1))
  for (const file of files) if (!kept.has(file)) rmSync(file)
}
