/** A thread beside a child's blocking query: ends the process when its parent is gone or its memory grows past the bound. */
import { workerData } from 'node:worker_threads'

const CHECK_EVERY_MS = 100

const { parentPid, maxMemoryBytes } = workerData as { parentPid: number; maxMemoryBytes: number }

setInterval(() => {
  if (process.ppid !== parentPid || process.memoryUsage.rss() > maxMemoryBytes) process.kill(process.pid, 'SIGKILL')
}, CHECK_EVERY_MS)
