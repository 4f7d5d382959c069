/** What the kernel says a process has used: CPU time of it and its children, and its resident memory. Linux only. */
import { readdirSync, readFileSync } from 'node:fs'

/** Length of a clock tick in `/proc/<pid>/stat`; 100 a second on every Linux that Node.js runs on. */
const TICK_US = 10_000

/** CPU time of the process and its children so far, in microseconds. */
export function cpuUsOf(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + ownCpuUs(each), 0)
}

/** Resident memory of the process, in bytes. */
export function rssBytesOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1_024
}

// schedstat counts nanoseconds where stat counts ticks, which are too coarse for a short slice of a cheap proxy.
function ownCpuUs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  try {
    return threads.reduce((sum, thread) => sum + schedUs(`/proc/${pid}/task/${thread}/schedstat`), 0)
  } catch {
    return ticksUs(pid)
  }
}

function schedUs(file: string): number {
  return Number(readFileSync(file, 'utf8').split(' ', 1)[0]) / 1_000
}

function ticksUs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name may hold spaces and parentheses, so fields are counted behind its last one: utime and stime are 12th and 13th.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_US
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}
