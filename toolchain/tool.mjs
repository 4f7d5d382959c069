/** Finds the script of a tool's command line, so that it runs with the pinned Node.js whatever PATH says. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, toolchain } from './paths.mjs'

/** The path of the script behind a package's command; pnpm is the toolchain's, the rest is the repository's. */
export function tool(name) {
  // pnpm's listed command is replaced by a binary when install scripts run; this one is a script in any case.
  if (name === 'pnpm') return join(toolchain, 'node_modules/pnpm/bin/pnpm.mjs')
  const folder = join(root, 'node_modules', name)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : Object.values(bin)[0])
}
