/** Starts the catalog line of an upstream whose child may still be ending under its last settings. */
import { prefixOf } from './catalog/namespace.ts'
import { type RunningLine, runCatalogLine } from './catalog/pipeline.ts'
import { type CatalogLine, createRefresh } from './catalog/refresh.ts'

/**
 * Lists at once what the last snapshot holds, judged by the new settings, and connects once `before` has ended.
 * @param before the end of the line that this one replaces; never rejects
 */
export function runLineAfter(before: Promise<void> | undefined, line: CatalogLine): RunningLine {
  if (!before) return runCatalogLine(line)
  line.holder.reserve(line.upstream.id, prefixOf(line.upstream.config))
  createRefresh(line)
  let isStopped = false
  let running: RunningLine | undefined
  // Two children must not have one data directory.
  const started = before.then(() => {
    if (!isStopped) running = runCatalogLine(line)
  })
  return {
    async stop() {
      isStopped = true
      await started
      await running?.stop()
    },
  }
}
