/** The files that make up the repository, for tests about the repository itself. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Paths from the root, with `/`, of every file that git tracks or would add. */
export const files: readonly string[] = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
)
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)))
  .sort()

/** The source files: TypeScript of apps and packages, tests included, and the toolchain's scripts. */
export const sources = files.filter((path) =>
  /^((apps|packages)\/[^/]+\/src\/.*\.ts|toolchain\/[^/]+\.mjs)$/.test(path),
)

/** The documents; what examples and tests hold as data is none. */
export const documents = files.filter((path) => /^(?!.*\/(seed|golden|fixtures?|generated)\/).*\.md$/.test(path))

/** The text of a file. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
