/** A domain server as a process of its own, for the contract that they all pass. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { ENV, type ReadyLine } from './wire-names.ts'

/** What of the contract says how the domain server starts. */
interface Startable {
  main: string
  env?: Record<string, string>
}

/**
 * Starts the domain server over HTTP on a free port, as the operator unless the environment says whom to trust.
 * @throws when it ends before it listens
 */
export async function startHttp(
  contract: Startable,
  dir: string,
): Promise<{ url: string; stop(): Promise<number | null>; kill(): Promise<void> }> {
  const child = spawn(process.execPath, [contract.main, '--port', '0', '--data', dir, '--role', 'operator'], {
    env: { ...process.env, ...contract.env, [ENV.supervised]: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`Cannot start ${contract.main}: it ended with code ${code}`)
    }),
  ])) as [string]
  const { url } = JSON.parse(line) as ReadyLine
  return {
    url,
    async stop() {
      if (child.exitCode !== null) return child.exitCode
      child.kill('SIGTERM')
      const [code] = (await once(child, 'exit')) as [number | null]
      return code
    },
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
