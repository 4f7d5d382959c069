/** The child process of one source: takes its source as the first message, then one job after the other, each on a connection of its own. */

import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { QueryFailure } from '../query-failure.ts'
import { describeTables } from './describe-tables.ts'
import { explainStatement } from './explain-statement.ts'
import { type GuardedConnection, openGuardedConnection, type SourceInit } from './guarded-connection.ts'
import { runStatement, type StreamBatch, streamStatement } from './read-rows.ts'
import { recoverSource, runTransaction } from './run-transaction.ts'
import type { SourceJob, SourcePart, SourceReply, SourceResults } from './source-job.ts'

process.once('message', (init) => {
  const source = init as SourceInit & { parentPid: number; maxMemoryBytes: number }
  const { parentPid, maxMemoryBytes } = source
  new Worker(join(import.meta.dirname, 'child-guard.ts'), { workerData: { parentPid, maxMemoryBytes } }).unref()
  process.on('message', async (message) => {
    if ('kind' in (message as object)) process.send?.(await reply(source, message as SourceJob))
  })
  process.send?.({ ready: true })
})
// Without its parent it has nothing to do; a reply that cannot be sent may tell before the pipe's end does.
process.once('disconnect', () => process.exit(0))
process.once('error', () => process.exit(0))
// A terminal sends these to the whole group; the child ends with its parent instead, after the last answer.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

async function reply(source: SourceInit, job: SourceJob): Promise<SourceReply> {
  try {
    const result =
      job.kind === 'transact' ? runTransaction(source, job.viewer, job.transaction) : await read(source, job)
    return { ok: true, result }
  } catch (error) {
    const failure =
      error instanceof QueryFailure ? error : new QueryFailure('unavailable', 'The database cannot be read.')
    return { ok: false, failure: failure.shape }
  }
}

type ReadJob = Exclude<SourceJob, { kind: 'transact' }>

async function read(source: SourceInit, job: ReadJob): Promise<SourceResults[ReadJob['kind']]> {
  const connection = open(source, job)
  try {
    return await perform(connection, job)
  } finally {
    connection.close()
  }
}

function open(source: SourceInit, { viewer }: ReadJob): GuardedConnection {
  try {
    return openGuardedConnection(source, viewer)
  } catch (error) {
    if (error instanceof Error && /locked|busy/.test(error.message))
      throw new QueryFailure('busy', 'Somebody else is writing to the database.')
    if (!recoverSource(source)) throw error
    return openGuardedConnection(source, viewer)
  }
}

async function perform(connection: GuardedConnection, job: ReadJob): Promise<SourceResults[ReadJob['kind']]> {
  switch (job.kind) {
    case 'describe':
      return describeTables(connection)
    case 'version':
      return process.versions.sqlite ?? ''
    case 'explain':
      return explainStatement(connection, job.sql)
    case 'run':
      return runStatement(connection, job.statement)
    case 'stream':
      return streamStatement(connection, job.statement, sendPart)
  }
}

/** Sends a batch and waits until it is taken. */
async function sendPart(part: StreamBatch): Promise<void> {
  const taken = once(process, 'message')
  process.send?.({ part } satisfies SourcePart)
  await taken
}
