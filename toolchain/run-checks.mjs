/** The checks of `npm test`, and more: each in turn, its failures in full, and one closing line that counts them. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { childEnv } from './child-env.mjs'
import { COUNT_FILE } from './count-reporter.mjs'
import { nodePath, packageFolders, root, toolchain } from './paths.mjs'
import { runNode } from './run-child.mjs'
import { tool } from './tool.mjs'

/** Each check by name: its heading and what runs it; resolves with how many passed and failed. */
const checks = {
  boundaries: {
    title: 'Boundaries between packages',
    run: () => once([[tool('turbo'), 'boundaries']]),
  },
  lint: {
    title: 'Format and lint',
    run: () => once([[tool('@biomejs/biome'), 'check', '--error-on-warnings']]),
  },
  types: {
    title: 'Types',
    run: () => once(['toolchain', ...packageFolders()].map((folder) => [tool('typescript'), '-p', folder])),
  },
  tests: { title: 'Tests', run: runTests },
  conformance: { title: 'Conformance', run: () => runConformance() },
  legacyConformance: {
    title: 'Conformance, with a legacy upstream',
    run: () => runConformance('--side', 'agent', '--upstream-era', 'legacy'),
  },
}

/** What a change has to pass at a desk: the checks that end within minutes. */
const DESK = ['boundaries', 'lint', 'types', 'tests']

/** All of them. */
export const ALL_CHECKS = Object.keys(checks)

/** Runs the named checks; resolves with the exit code: 0 if every one of them passed. */
export async function runChecks(names = DESK) {
  const total = { passed: 0, failed: 0 }
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop.abort())
  for (const name of names) {
    if (stop.signal.aborted) return { code: 130 }
    process.stdout.write(`\n${checks[name].title}\n`)
    const startMs = Date.now()
    const { passed, failed } = await checks[name].run()
    total.passed += passed
    total.failed += failed
    const seconds = ((Date.now() - startMs) / 1000).toFixed(1)
    process.stdout.write(`${failed ? 'failed' : 'ok'}, ${seconds} s\n`)
  }
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`)
  return { code: total.failed ? 1 : 0 }
}

/** Runs commands that are quiet when all is well, and counts them as one check. */
async function once(commands) {
  let failed = 0
  for (const args of commands) {
    const { code, output } = await runNode(args, { env: cleanEnv(), stdio: ['ignore', 'pipe', 'pipe'] })
    if (code === 0) continue
    failed = 1
    process.stdout.write(output)
  }
  return { passed: 1 - failed, failed }
}

function runTests() {
  const own = [join(toolchain, 'count-reporter.mjs'), join(root, 'apps/gateway/test/support/proof-reporter.ts')]
  const reporters = ['default', ...own].map((reporter) => `--reporter=${reporter}`)
  return counted((file) =>
    runNode([tool('vitest'), 'run', '--allowOnly=false', ...reporters], {
      env: { ...cleanEnv(), [COUNT_FILE]: file },
      stdio: ['ignore', 'inherit', 'inherit'],
    }),
  )
}

function runConformance(...options) {
  const script = join(root, 'apps/gateway/conformance/run-conformance.ts')
  return counted((file) =>
    runNode(['--disable-warning=ExperimentalWarning', script, ...options, '--out', file], {
      env: cleanEnv(),
      stdio: ['ignore', 'inherit', 'inherit'],
    }),
  )
}

/** Runs what writes its counts to a file. */
async function counted(run) {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-checks-'))
  const file = join(folder, 'count.json')
  try {
    const { code } = await run(file)
    const { passed, failed } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 0 }
    // A run that broke, and one that ran nothing, is a failure even when nothing in it failed.
    const isLost = failed === 0 && (code !== 0 || passed === 0)
    return { passed, failed: isLost ? 1 : failed }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// Tests must not meet the settings of a Causeway that the same shell runs.
function cleanEnv() {
  const entries = Object.entries(childEnv(nodePath())).filter(([name]) => !/^(CAUSEWAY_|NODE_ENV$)/.test(name))
  return Object.fromEntries(entries)
}
