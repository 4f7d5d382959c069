/** Who may import whom: domain servers know the contracts alone, the contracts know nobody, the gateway knows no domain server. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { childEnv } from '../child-env.mjs'
import { tool } from '../tool.mjs'
import { files, root, textOf } from './repository-files.ts'

const SPECIFIER = /(?:^|[\s;])(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?\s*'([^']+)'|\bimport\('([^']+)'\)/g

const code = files.filter((path) => /^(apps|packages|examples)\/[^/]+\/.*\.ts$/.test(path))

test('packages import their own files, the contracts, npm packages and Node.js', () => {
  expect(code.length).toBeGreaterThan(0)
  expect(
    code.flatMap((path) =>
      importsOf(path)
        .filter((name) => !isAllowed(path, name))
        .map((name) => `${path}: ${name}`),
    ),
  ).toEqual([])
})

test('turbo boundaries refuses a domain server that imports the gateway', () => {
  const { status, output } = boundariesOf("import '@causeway/gateway'\n", ['@causeway/gateway'])
  expect(output).toContain('@causeway/gateway')
  expect(status).toBe(1)
})

test('turbo boundaries refuses a path into another package', () => {
  const { status, output } = boundariesOf("import { x } from '../../server-projects/src/planted.ts'\nx()\n")
  expect(output).toContain('leaves the package')
  expect(status).toBe(1)
})

test('turbo boundaries accepts a domain server that imports the contracts', () => {
  expect(boundariesOf("import '@causeway/shared-contracts/define-tool'\n").status).toBe(0)
})

function importsOf(path: string): string[] {
  return [...textOf(path).matchAll(SPECIFIER)].map((match) => match[1] ?? match[2]!)
}

function packageOf(path: string): string {
  return path.split('/').slice(0, 2).join('/')
}

function isAllowed(path: string, name: string): boolean {
  if (name.startsWith('.')) return packageOf(posix.join(posix.dirname(path), name)) === packageOf(path)
  if (!name.startsWith('@causeway/')) return true
  // An example is a story that the gateway's tests tell too.
  if (name.startsWith('@causeway/example-')) return path.startsWith('apps/gateway/test/')
  const isContracts = /^@causeway\/shared-contracts(\/|$)/.test(name)
  return isContracts && /^(apps\/gateway|packages\/(server-|shared-contracts))/.test(path)
}

/** Runs turbo boundaries on a workspace of the same packages with one file in them, server-db's, and more of its dependencies. */
function boundariesOf(text: string, dependencies: string[] = []): { status: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-boundaries-'))
  try {
    const manifests = files.filter((file) => /^((apps|packages)\/[^/]+\/)?(package|turbo)\.json$|^pnpm-/.test(file))
    for (const file of manifests) cpSync(join(root, file), join(folder, file))
    const domain = join(folder, 'packages/server-db')
    mkdirSync(join(domain, 'src'))
    writeFileSync(join(domain, 'src/planted.ts'), text)
    const manifest = JSON.parse(textOf('packages/server-db/package.json'))
    for (const name of dependencies) manifest.dependencies[name] = 'workspace:*'
    writeFileSync(join(domain, 'package.json'), JSON.stringify(manifest))
    const args = [tool('turbo'), 'boundaries', '--cwd', folder]
    const env = childEnv(process.execPath)
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
    return { status, output: stdout + stderr }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
