/** A child process in a process group of its own: what it writes to stderr goes to the log line by line, and its end leaves nothing behind. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import type { Logger } from 'pino'
import { createLineReader } from './line-reader.ts'
import { guardGroup, releaseGroup } from './orphan-guard.ts'

export interface ChildSpec {
  command: string
  args: readonly string[]
  /** Complete environment; nothing is inherited beyond what the caller puts here. */
  env: Readonly<Record<string, string>>
  cwd?: string
  log: Logger
  /** Tells a line of its stderr in a way of its own. */
  onStderr?: (line: string) => void
}

export interface Child {
  process: ChildProcessWithoutNullStreams
  /** Resolves once the process has ended, with how. */
  ended: Promise<string>
  /** SIGTERM to the group, SIGKILL after `graceMs`; resolves when it is gone. */
  stop(graceMs?: number): Promise<void>
}

const INHERITED = [
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'APPDATA',
  'LOCALAPPDATA',
  'ProgramFiles',
  'NODE_EXTRA_CA_CERTS',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
]
const MAX_LINE_BYTES = 4_000

/** The part of the gateway's environment that a child may see, with its own on top: the gateway's secrets stay here. */
export function childEnv(own: Readonly<Record<string, string>>): Record<string, string> {
  const inherited = INHERITED.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name] as string]],
  )
  return { ...Object.fromEntries(inherited), ...own }
}

/** Starts the child. A command that does not exist shows as `ended`. */
export function startChild(spec: ChildSpec): Child {
  const hasGroups = process.platform !== 'win32'
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: spec.env as NodeJS.ProcessEnv,
    detached: hasGroups,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  if (child.pid !== undefined) guardGroup(child.pid)
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  child.once('error', (error) =>
    resolve(`it could not be started (${(error as NodeJS.ErrnoException).code ?? error.message})`),
  )
  child.once('exit', (code, signal) => resolve(signal ? `it was ended by ${signal}` : `it ended with code ${code}`))
  child.stdin.on('error', () => {})
  const tell = (stderr: string) => {
    if (stderr.trim() === '') return
    if (spec.onStderr) spec.onStderr(stderr)
    else spec.log.info({ stderr }, 'child stderr')
  }
  child.stderr.on('data', createLineReader(MAX_LINE_BYTES, { onLine: tell, onOverflow: tell }))
  return {
    process: child,
    ended,
    async stop(graceMs = 5_000) {
      if (child.pid === undefined) return
      if (child.exitCode === null && child.signalCode === null) {
        child.stdin.end()
        killGroup(child.pid, 'SIGTERM', hasGroups)
        const timer = setTimeout(killGroup, graceMs, child.pid, 'SIGKILL', hasGroups)
        await ended
        clearTimeout(timer)
      }
      // What the child itself started may have outlived it.
      killGroup(child.pid, 'SIGKILL', hasGroups)
      releaseGroup(child.pid)
    },
  }
}

function killGroup(pid: number, signal: NodeJS.Signals, hasGroups: boolean): void {
  try {
    process.kill(hasGroups ? -pid : pid, signal)
  } catch {
    // Already gone.
  }
}
