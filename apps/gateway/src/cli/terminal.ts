/** Where a command runs: its streams, its environment and its folder, so that nothing else reaches for the process. */
import type { Readable, Writable } from 'node:stream'

/** What a command that serves a client over pipes needs of the process. */
export interface Pipes {
  input: Readable
  output: Writable
  /** Aborted when the process is told to end. */
  ending: AbortSignal
  /** Lets go of the pipes, and ends the process a moment later if nobody reads what is left. */
  release(): void
}

/** One command's outside world. */
export interface Terminal {
  /** To stdout. */
  write(text: string): void
  /** To stderr. */
  writeAside(text: string): void
  /** Takes the process's pipes and signals for good. */
  pipes(): Pipes
  env: NodeJS.ProcessEnv
  /** The current folder. */
  folder: string
}

/** The process's own. */
export function processTerminal(): Terminal {
  return {
    write: (text) => void process.stdout.write(text),
    writeAside: (text) => void process.stderr.write(text),
    pipes: processPipes,
    env: process.env,
    folder: process.cwd(),
  }
}

const UNREAD_MS = 1_000

function processPipes(): Pipes {
  const ending = new AbortController()
  process.stderr.on('error', () => {})
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => ending.abort())
  return {
    input: process.stdin,
    output: process.stdout,
    ending: ending.signal,
    release() {
      process.stdin.destroy()
      // What waits in the pipe keeps the process, and whoever does not read may never.
      setTimeout(() => process.exit(), UNREAD_MS).unref()
    },
  }
}
