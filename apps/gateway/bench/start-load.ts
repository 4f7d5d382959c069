/** The load generator's process, as something that can be asked to work. */
import { once } from 'node:events'
import type { Job, LoadResult } from './job.ts'
import { spawnScript } from './spawn-pinned.ts'

/** A running load generator. */
export interface Load {
  /** @throws Error when a request was not answered */
  run(job: Job): Promise<LoadResult>
  stop(): Promise<void>
}

/** Starts it on the load's core. */
export async function startLoad(): Promise<Load> {
  const { child, stop } = await spawnScript('load', 'load')
  const died = once(child, 'exit').then(() => {
    throw new Error('Cannot measure: the load generator ended')
  })
  died.catch(() => {})
  return {
    stop,
    async run(job) {
      child.send(job)
      const [result] = (await Promise.race([once(child, 'message'), died])) as [LoadResult | { failure: string }]
      if ('failure' in result) throw new Error(`Cannot load "${job.origin}": ${result.failure}`)
      if (result.errors > 0 && !job.mayBeRefused)
        throw new Error(`Cannot measure "${job.origin}${job.path}": ${result.errors} of ${result.requests} failed`)
      return result
    },
  }
}
