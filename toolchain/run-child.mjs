/** Runs a program to its end: passes signals on to it, and ends it when npm, which started us, is gone. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { childEnv } from './child-env.mjs'
import { nodePath, root } from './paths.mjs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
// A terminal or a supervisor signals the whole group, and npm then sends the same signal once more.
const REPEAT_MS = 1000
const PARENT_CHECK_MS = 250

/** Runs the repository's Node.js at the repository's root. */
export function runNode(args, options = {}) {
  const node = nodePath()
  return runChild(node, args, { cwd: root, env: childEnv(node), stdio: 'inherit', ...options })
}

/**
 * Starts a program and waits for its end.
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ code: number, output: Buffer }>} the exit code, 128 + n after signal n, and what came through pipes
 */
export function runChild(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options)
    const output = []
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => output.push(bytes))
    const stopForwarding = forwardSignals(child)
    const stopWatching = watchParent(child)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      stopForwarding()
      stopWatching()
      resolve({ code: code ?? 128 + constants.signals[signal ?? 'SIGTERM'], output: Buffer.concat(output) })
    })
  })
}

function forwardSignals(child) {
  const lastMs = new Map()
  const forward = (signal) => {
    const nowMs = Date.now()
    if (nowMs - (lastMs.get(signal) ?? 0) < REPEAT_MS) return
    lastMs.set(signal, nowMs)
    child.kill(signal)
  }
  for (const signal of SIGNALS) process.on(signal, forward)
  return () => {
    for (const signal of SIGNALS) process.off(signal, forward)
  }
}

// Between npm and us there may be a shell that dies of a signal without passing it on.
function watchParent(child) {
  if (!process.env.npm_lifecycle_event) return () => {}
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    child.kill('SIGTERM')
  }, PARENT_CHECK_MS)
  return () => clearInterval(timer)
}
