/** Keeps `catalog.json` in the data directory current: the facts of all definitions, for commands that explain policy while no gateway runs. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { DefinitionFacts } from '../policy/definition-facts.ts'
import type { CatalogHolder } from './catalog.ts'
import { KINDS, type Kind } from './definition.ts'

/** The writer; `write` may be called as often as the catalog is swapped. */
export interface FactsFile {
  write(): void
  close(): Promise<void>
}

const SETTLE_MS = 200

export function createFactsFile(path: string, catalog: CatalogHolder, log: Logger): FactsFile {
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()
  const save = async () => {
    const { entries, quarantined, upstreams, configured } = catalog.current
    const before = await readFacts(path)
    // What the last run knew of an upstream that was not listed yet is worth more than nothing.
    const isWaitedFor = (id: string) => configured.includes(id) && !upstreams.has(id)
    const facts = Object.fromEntries(
      KINDS.map((kind) => [
        kind,
        [
          // Policy is about what is in quarantine as it was before.
          ...[...entries[kind], ...quarantined[kind]].map((entry) => entry.facts),
          ...(before[kind] ?? []).filter((each) => isWaitedFor(each.upstream)),
        ],
      ]),
    )
    const draft = `${path}.${process.pid}`
    await writeFile(draft, JSON.stringify(facts), { mode: 0o600 })
    await rename(draft, path)
  }
  const flush = () => {
    timer = undefined
    writing = writing.then(save).catch((err) => log.warn({ err }, 'cannot write catalog.json'))
  }
  return {
    write() {
      timer ??= setTimeout(flush, SETTLE_MS)
    },
    async close() {
      if (timer) {
        clearTimeout(timer)
        flush()
      }
      await writing
    },
  }
}

async function readFacts(path: string): Promise<Partial<Record<Kind, DefinitionFacts[]>>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<Kind, DefinitionFacts[]>
  } catch {
    return {}
  }
}
