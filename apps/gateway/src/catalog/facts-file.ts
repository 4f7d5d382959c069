/** Keeps `catalog.json` in the data directory current: the facts of all definitions, for commands that explain policy while no gateway runs. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { DefinitionFacts } from '../policy/definition-facts.ts'
import type { CatalogHolder } from './catalog.ts'
import { KINDS, type Kind, perKind } from './definition.ts'
import type { Share } from './share.ts'

/** The writer; `write` may be called as often as the catalog is swapped. */
export interface FactsFile {
  write(): void
  close(): Promise<void>
}

const SETTLE_MS = 200

export function createFactsFile(path: string, catalog: CatalogHolder, log: Logger): FactsFile {
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()
  // What the last run knew of an upstream that was not listed yet is worth more than nothing.
  let before: Facts | undefined
  const save = async () => {
    before ??= await readFacts(path)
    const { shares, upstreams, configured } = catalog.current
    before = only(before, (upstream) => configured.includes(upstream) && !upstreams.has(upstream))
    const draft = `${path}.${process.pid}`
    await writeFile(draft, fileText(shares, before), { mode: 0o600 })
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

type Facts = Partial<Record<Kind, readonly DefinitionFacts[]>>

async function readFacts(path: string): Promise<Facts> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Facts
  } catch {
    return {}
  }
}

function only(facts: Facts, isWanted: (upstream: string) => boolean): Facts {
  return perKind((kind) => (facts[kind] ?? []).filter(({ upstream }) => isWanted(upstream)))
}

function fileText(shares: readonly Share[], before: Facts): string {
  const members = KINDS.map((kind) => {
    const texts = [...shares.map((share) => factsTexts(share)[kind]), textOf(before[kind] ?? [])]
    return `"${kind}":[${texts.filter((text) => text !== '').join(',')}]`
  })
  return `{${members.join(',')}}`
}

// The facts of ten thousand definitions take longer to write down than any request may wait, those of one upstream do not.
const texts = new WeakMap<Share, Readonly<Record<Kind, string>>>()

function factsTexts(share: Share): Readonly<Record<Kind, string>> {
  let ofShare = texts.get(share)
  if (!ofShare) {
    const { entries, quarantined } = share
    // Policy is about what is in quarantine as it was before.
    ofShare = perKind((kind) => textOf([...entries[kind], ...quarantined[kind]].map(({ facts }) => facts)))
    texts.set(share, ofShare)
  }
  return ofShare
}

/** The elements of a JSON array. */
function textOf(facts: readonly DefinitionFacts[]): string {
  return JSON.stringify(facts).slice(1, -1)
}
