/** Starts the processes of a run, each on the core of its side when the machine has two and `taskset`. */
import { type ChildProcess, execFileSync, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

/** The proxy under test has one core, the load and the upstream have the other. */
export type Side = 'proxy' | 'load'

/** A process of the run. */
export interface Running {
  child: ChildProcess
  pid: number
  stop(): Promise<void>
}

const CORES: Record<Side, string> = { proxy: '0', load: '1' }

// A run that fails must leave nothing behind.
const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill()
})

/** Whether processes are pinned to cores here. */
export const isPinned = availableParallelism() > 1 && hasProgram('taskset')

/** Whether a program can be started. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Starts a program on a side; its output is dropped unless `stdio` says otherwise. */
export function spawnPinned(side: Side, command: readonly string[], stdio: StdioOptions = 'ignore'): Running {
  const [program = '', ...args] = isPinned ? ['taskset', '-c', CORES[side], ...command] : command
  const child = spawn(program, args, { stdio })
  alive.add(child)
  const exited = once(child, 'exit').finally(() => alive.delete(child))
  return {
    child,
    pid: child.pid as number,
    async stop() {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await exited
      clearTimeout(late)
    },
  }
}

/** Starts one of the processes of this folder and waits until it says its port. */
export async function spawnScript(
  side: Side,
  name: string,
  args: readonly string[] = [],
): Promise<Running & { port: number }> {
  const file = join(import.meta.dirname, 'processes', `${name}.ts`)
  const running = spawnPinned(side, [process.execPath, file, ...args], ['ignore', 'ignore', 'inherit', 'ipc'])
  const started = once(running.child, 'message')
  const died = once(running.child, 'exit').then(([code]) => {
    throw new Error(`Cannot start "${name}": it ended with code ${code}`)
  })
  const [message] = await Promise.race([started, died])
  return { ...running, port: (message as { port: number }).port }
}
