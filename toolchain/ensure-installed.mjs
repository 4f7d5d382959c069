/** Installs what is missing, and nothing when nothing is: the pinned Node.js and pnpm, then the workspace from its lockfile. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { childEnv } from './child-env.mjs'
import { withInstallLock } from './install-lock.mjs'
import { interopClients, isFit, nodePackage, nodePath, packageFolders, pins, root, toolchain } from './paths.mjs'
import { runChild, runNode } from './run-child.mjs'
import { tool } from './tool.mjs'

const STAMP = '.causeway-installed'
const OLDEST_MAJOR = 18

/** Makes the machine ready to run a command; `packages: false` stops at the toolchain, `clients: true` adds those of the interop run. Errors say what to do. */
export async function ensureInstalled({ packages, clients = false }) {
  const installs = [
    toolchainInstall(),
    ...(packages ? [workspaceInstall()] : []),
    ...(clients ? [clientsInstall()] : []),
  ]
  if (installs.every(isCurrent)) return
  if (Number(process.versions.node.split('.')[0]) < OLDEST_MAJOR) {
    throw new Error(`Cannot install with Node.js "${process.versions.node}": ${OLDEST_MAJOR} or newer is needed`)
  }
  const note = () => say('another process is installing; waiting for it')
  await withInstallLock(
    join(toolchain, '.install-lock'),
    async () => {
      for (const install of installs) if (!isCurrent(install)) await carryOut(install)
    },
    note,
  )
}

/** An install: a folder that gets `node_modules`, and the text that changes when it must be done again. */
function toolchainInstall() {
  const specs = [`pnpm@${pins.pnpm}`]
  if (!isFit(process.versions.node)) specs.push(`${nodePackage()}@${pins.node}`)
  const stamp = specs.join('\n')
  const major = pins.node.split('.')[0]
  const flags = ['--no-save', '--no-package-lock', '--ignore-scripts', '--include=optional', '--no-audit', '--no-fund']
  return {
    what: isFit(process.versions.node) ? `pnpm ${pins.pnpm}` : `pnpm ${pins.pnpm} and Node.js ${pins.node}`,
    stamp,
    // One made for an older Node.js has all that a newer one needs.
    isFresh: (found) => specs.every((spec) => found.split('\n').includes(spec)),
    folder: toolchain,
    hint: isFit(process.versions.node) ? '' : `; a Node.js ${major} of your own, ${pins.node} or newer, does as well`,
    start: (options) => runNpm(['install', ...flags, '--loglevel=error', ...specs], options),
  }
}

function workspaceInstall() {
  const manifests = ['.', ...packageFolders()].map((folder) => join(folder, 'package.json'))
  const stamp = hashOf([...manifests, 'pnpm-lock.yaml', 'pnpm-workspace.yaml'])
  const flags = ['--frozen-lockfile', '--reporter=append-only', '--config.confirmModulesPurge=false']
  return {
    what: 'packages',
    stamp,
    isFresh: (found) => found === stamp,
    folder: root,
    start: (options) => runNode([tool('pnpm'), 'install', ...flags], options),
  }
}

// They are large, and nothing else needs them: a package of its own, outside the workspace and its lockfile.
function clientsInstall() {
  const folder = join(root, interopClients)
  const stamp = hashOf(['package.json', 'pnpm-lock.yaml'].map((name) => join(interopClients, name)))
  const flags = ['--ignore-workspace', '--frozen-lockfile', '--ignore-scripts', '--reporter=append-only']
  return {
    what: 'the clients of the interop run (about 1.7 GB)',
    stamp,
    isFresh: (found) => found === stamp,
    folder,
    hint: '; the first run needs the registry, later ones do not',
    start: (options) => runNode([tool('pnpm'), 'install', ...flags], options),
  }
}

function hashOf(files) {
  const hash = createHash('sha256')
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

function isCurrent({ folder, isFresh }) {
  const file = join(folder, 'node_modules', STAMP)
  return existsSync(file) && isFresh(readFileSync(file, 'utf8'))
}

async function carryOut({ what, folder, stamp, start, hint = '' }) {
  say(`installing ${what}`)
  // NODE_ENV=production would leave out what the tests need.
  const env = { ...childEnv(nodePath()), NODE_ENV: undefined, CI: 'true' }
  const { code, output } = await start({ cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  if (code > 128) throw new Error(`Cannot install ${what}: interrupted`)
  if (code !== 0) {
    process.stderr.write(output)
    throw new Error(`Cannot install ${what}: the installer ended with code ${code}, its output is above${hint}`)
  }
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  writeFileSync(join(folder, 'node_modules', STAMP), stamp)
}

// The npm that started us is a script; without one, the npm on PATH must do.
function runNpm(args, options) {
  const script = process.env.npm_execpath
  if (script && basename(script) === 'npm-cli.js') return runChild(process.execPath, [script, ...args], options)
  const isWindows = process.platform === 'win32'
  return runChild(isWindows ? 'npm.cmd' : 'npm', args, { ...options, shell: isWindows })
}

function say(message) {
  process.stderr.write(`causeway: ${message} …\n`)
}
