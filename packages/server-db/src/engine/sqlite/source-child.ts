/** The child process of one source: takes its source as the first message, then one job after the other, each on a connection of its own. */

import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { QueryFailure } from '../query-failure.ts'
import { describeTables } from './describe-tables.ts'
import { type GuardedConnection, openGuardedConnection, type SourceInit } from './guarded-connection.ts'
import { runStatement } from './run-statement.ts'
import type { SourceJob, SourceReply } from './source-job.ts'

process.once('message', (init) => {
  const source = init as SourceInit & { parentPid: number; maxMemoryBytes: number }
  const { parentPid, maxMemoryBytes } = source
  new Worker(join(import.meta.dirname, 'child-guard.ts'), { workerData: { parentPid, maxMemoryBytes } }).unref()
  process.on('message', (job) => process.send?.(reply(source, job as SourceJob)))
  process.send?.({ ready: true })
})
// Without its parent it has nothing to do; a reply that cannot be sent may tell before the pipe's end does.
process.once('disconnect', () => process.exit(0))
process.once('error', () => process.exit(0))
// A terminal sends these to the whole group; the child ends with its parent instead, after the last answer.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

function reply(source: SourceInit, job: SourceJob): SourceReply {
  let connection: GuardedConnection | undefined
  try {
    connection = openConnection(source, job)
    return {
      ok: true,
      result: job.kind === 'describe' ? describeTables(connection) : runStatement(connection, job.statement),
    }
  } catch (error) {
    const failure =
      error instanceof QueryFailure ? error : new QueryFailure('unavailable', 'The database cannot be read.')
    return { ok: false, failure: failure.shape }
  } finally {
    connection?.close()
  }
}

function openConnection(source: SourceInit, job: SourceJob): GuardedConnection {
  return openGuardedConnection(source, job.kind === 'describe' ? job.role : job.statement.role)
}
