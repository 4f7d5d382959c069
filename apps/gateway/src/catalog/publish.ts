/** The `publish` step: swaps an upstream's part into the catalog, and tells what is left out of it when that has changed. */
import type { Logger } from 'pino'
import type { CatalogHolder, UpstreamCatalog } from './catalog.ts'
import { countByKind } from './catalog.ts'

/** Publishes a part. */
export type Publish = (part: UpstreamCatalog) => void

/** An upstream with thousands of bad definitions must not fill the log. */
const MAX_TOLD = 20

/** @param log the upstream's own */
export function createPublish(holder: CatalogHolder, log: Logger): Publish {
  let told = '[]'
  return (part) => {
    holder.publish(part)
    log.info({ era: part.identity.era, ...countByKind(part) }, 'catalog published')
    const leftOut = [...part.leftOut, ...(holder.current.leftOut.get(part.id) ?? [])]
    const now = JSON.stringify(leftOut)
    if (now === told) return
    told = now
    for (const each of leftOut.slice(0, MAX_TOLD)) log.warn(each, 'definition left out')
    if (leftOut.length > MAX_TOLD) log.warn({ more: leftOut.length - MAX_TOLD }, 'definitions left out')
  }
}
