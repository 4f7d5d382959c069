/** Starts a program in a process group of its own, keeps the end of what it prints, and ends the whole group. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'

/** A program that runs or has run. */
export interface Program {
  child: ChildProcess
  /** The last of what it printed on both streams. */
  output(): string
  /** Its exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals>
  /** Ends it and all that it started, at once. */
  kill(): Promise<void>
}

/** What it is started with; nothing of this process's environment is inherited. */
export interface ProgramOptions {
  cwd: string
  env: NodeJS.ProcessEnv
  stdio?: StdioOptions
}

const KEPT_CHARACTERS = 1_000_000

// A run that is broken off must leave nothing behind.
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) killGroup(child)
})

/** Starts it. */
export function startProgram(command: string, args: readonly string[], options: ProgramOptions): Program {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-KEPT_CHARACTERS)
    })
  running.add(child)
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('error', (error) => {
      output += error.message
      resolve(127)
    })
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1))
  })
  return {
    child,
    output: () => output,
    exited,
    async kill() {
      killGroup(child)
      await exited
      running.delete(child)
    },
  }
}

// What it started may outlive it, so the group is signaled also when the leader is gone.
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nothing of the group is left.
  }
}

/** Runs a program to its end; rejects with what it printed when its exit code is not 0, or when it takes too long. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { timeoutMs, ...options }: ProgramOptions & { timeoutMs: number },
): Promise<string> {
  const program = startProgram(command, args, options)
  const late = setTimeout(() => void program.kill(), timeoutMs)
  const code = await program.exited
  clearTimeout(late)
  await program.kill()
  if (code !== 0) throw new Error(`Cannot run "${[command, ...args].join(' ')}": ${code}: ${program.output()}`)
  return program.output()
}
