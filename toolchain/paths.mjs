/** Where things are: the repository, the toolchain, and the Node.js that runs the repository. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this file. */
export const toolchain = dirname(fileURLToPath(import.meta.url))
/** The repository's root. */
export const root = dirname(toolchain)
/** The exact versions of Node.js and pnpm that this repository runs with. */
export const pins = JSON.parse(readFileSync(join(toolchain, 'package.json'), 'utf8')).pins
/** The package of the clients that `npm run interop` runs, from the root; it is no part of the workspace. */
export const interopClients = 'apps/gateway/interop/clients-package'

const windows = process.platform === 'win32'

/** The npm package that holds the Node.js binary of this platform; the `node` package itself needs an install script. */
export function nodePackage(platform = process.platform, arch = process.arch) {
  const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'
  return `${prefix}-${platform === 'win32' ? 'win' : platform}-${arch}`
}

/** Says whether a Node.js version may stand in for the pinned one: the same major, and not older. */
export function isFit(version, pinned = pins.node) {
  const [major, minor = 0] = version.split('.').map(Number)
  const [pinnedMajor, pinnedMinor] = pinned.split('.').map(Number)
  return major === pinnedMajor && minor >= pinnedMinor
}

/** The path of the Node.js that runs everything: this process's own if it is fit, else the installed one. */
export function nodePath() {
  if (isFit(process.versions.node)) return process.execPath
  const installed = join(toolchain, 'node_modules', nodePackage(), 'bin', windows ? 'node.exe' : 'node')
  return existsSync(installed) ? installed : process.execPath
}

/** The folders of the workspace's packages, from the root, in order; pnpm-workspace.yaml says where they are. */
export function packageFolders() {
  const [, list = ''] =
    /^packages:\n((?: +- .*\n)+)/m.exec(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')) ?? []
  const groups = [...list.matchAll(/- (\w+)\/\*/g)].map((match) => match[1] ?? '')
  return groups
    .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .sort()
}
