/** One child process of a source as its parent holds it: started, given one job at a time, killed without ceremony. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { QueryFailure } from '../query-failure.ts'
import type { SourceInit } from './guarded-connection.ts'
import type { StreamBatch } from './read-rows.ts'
import type { SourceJob, SourcePart, SourceReply } from './source-job.ts'

/** A running child. */
export interface SourceProcess {
  readonly pid: number
  isAlive(): boolean
  /** Sends a job and waits for its reply; rejects with `too_heavy` when the child ends on its own, or as `onPart` does. */
  run(job: SourceJob, onPart?: (part: StreamBatch) => Promise<void>): Promise<SourceReply>
  /** SIGKILL: nothing milder stops SQLite in the middle of a query. Resolves when the process is gone. */
  kill(): Promise<void>
}

const START_TIMEOUT_MS = 10_000

/**
 * @param maxMemoryBytes the child ends when it takes more
 * @throws {QueryFailure} `unavailable` when the child does not come up
 */
export async function startSourceProcess(source: SourceInit, maxMemoryBytes: number): Promise<SourceProcess> {
  const child = fork(join(import.meta.dirname, 'source-child.ts'), [], {
    // The child needs nothing of the parent's environment, and must not hold its secrets.
    env: { TZ: 'UTC' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child.on('error', () => {})
  try {
    child.send({ ...source, parentPid: process.pid, maxMemoryBytes })
    await settled(child, START_TIMEOUT_MS)
  } catch {
    child.kill('SIGKILL')
    throw new QueryFailure('unavailable', 'The database process did not start.')
  }
  return handle(child)
}

function handle(child: ChildProcess): SourceProcess {
  return {
    pid: child.pid ?? 0,
    isAlive: () => child.connected && !child.killed && child.exitCode === null && child.signalCode === null,
    async run(job, onPart) {
      let reply = settled(child)
      child.send(job)
      for (;;) {
        const message = (await reply) as SourceReply | SourcePart
        if ('ok' in message) return message
        try {
          await onPart?.(message.part)
        } catch (error) {
          // The child waits to be asked for more; nobody will.
          child.kill('SIGKILL')
          throw error
        }
        reply = settled(child)
        child.send({ next: true })
      }
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** The child's next message, unless it ends first. */
function settled(child: ChildProcess, timeoutMs?: number): Promise<unknown> {
  const done = new AbortController()
  const { signal } = done
  const timeout = timeoutMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const message = once(child, 'message', { signal: timeout }).then(([reply]) => reply as unknown)
  const exit = once(child, 'exit', { signal: timeout }).then(() => {
    throw new QueryFailure('too_heavy', 'The database process ended while the query ran.')
  })
  return Promise.race([message, exit]).finally(() => {
    // The loser's rejection has no reader.
    message.catch(() => {})
    exit.catch(() => {})
    done.abort()
  })
}
