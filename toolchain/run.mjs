/** The entry of every npm script: brings the toolchain and the packages up to date, then runs one command with the pinned Node.js. */
import { join } from 'node:path'
import { ensureInstalled } from './ensure-installed.mjs'
import { interopClients, root } from './paths.mjs'
import { ALL_CHECKS, runChecks } from './run-checks.mjs'
import { runNode } from './run-child.mjs'
import { tool } from './tool.mjs'

// Left alone, Node.js keeps up to 128 MiB for young objects, of which a gateway with idle streams makes no use: each takes 35 KiB in place of 22.
const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=16']
const gateway = [...flags, join(root, 'apps/gateway/src/main.ts')]

/** Each command: what it runs, given the arguments behind it; resolves with its exit code. */
const commands = {
  start: (args) => runNode([...gateway, 'up', ...args]),
  causeway: (args) => runNode([...gateway, ...args]),
  demo: (args) => runNode(['--disable-warning=ExperimentalWarning', join(root, 'examples/story/demo.ts'), ...args]),
  conformance: (args) =>
    runNode([
      '--disable-warning=ExperimentalWarning',
      join(root, 'apps/gateway/conformance/run-conformance.ts'),
      ...args,
    ]),
  bench: (args) => {
    const isOfProjects = args[0] === 'projects'
    const script = isOfProjects ? 'packages/server-projects/bench/run-bench.ts' : 'apps/gateway/bench/run-bench.ts'
    return runNode(['--disable-warning=ExperimentalWarning', join(root, script), ...args.slice(isOfProjects ? 1 : 0)])
  },
  isolation: (args) =>
    runNode(['--disable-warning=ExperimentalWarning', join(root, 'apps/gateway/bench/run-isolation.ts'), ...args]),
  interop: async (args) => {
    // Only here are the packages installed that these files are about.
    const types = await runNode([tool('typescript'), '-p', interopClients])
    if (types.code !== 0) return types
    return runNode([
      '--disable-warning=ExperimentalWarning',
      join(root, 'apps/gateway/interop/run-interop.ts'),
      ...args,
    ])
  },
  manifests: (args) =>
    runNode([
      '--disable-warning=ExperimentalWarning',
      join(root, 'packages/shared-contracts/cli/write-manifests.ts'),
      ...args,
    ]),
  'new-domain': async (args) => {
    const made = await runNode([
      '--disable-warning=ExperimentalWarning',
      join(root, 'packages/shared-contracts/cli/new-domain.ts'),
      ...args,
    ])
    if (made.code !== 0) return made
    // Its dependencies are those of the others, so nothing is fetched; the lockfile gets to know it.
    const installed = await runNode([tool('pnpm'), 'install', '--no-frozen-lockfile', '--prefer-offline'])
    return installed.code === 0 ? commands.manifests([]) : installed
  },
  test: () => runChecks(),
  ci: () => runChecks(ALL_CHECKS),
  lint: (args) => runNode([tool('@biomejs/biome'), 'check', ...args]),
  types: () => runChecks(['types']),
  unit: (args) => runNode([tool('vitest'), 'run', ...args]),
  pnpm: (args) => runNode([tool('pnpm'), ...args]),
}

const [name = '', ...args] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
if (command) {
  try {
    await ensureInstalled({ packages: name !== 'pnpm', clients: name === 'interop' })
    process.exitCode = (await command(args)).code
  } catch (error) {
    process.stderr.write(`causeway: ${error.message}\n`)
    process.exitCode = 1
  }
} else {
  process.stderr.write(`Usage: node toolchain/run.mjs <${Object.keys(commands).join(' | ')}> [arguments]\n`)
  process.exitCode = 1
}
