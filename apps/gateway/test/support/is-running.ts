/** Whether a process runs: one that has ended and only waits to be noticed does not. */
import { spawnSync } from 'node:child_process'

/** @param pid of a process that may long be gone */
export function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z')
}
