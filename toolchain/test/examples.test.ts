/** Every configuration in the repository loads, and every example says what it shows. */
import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { files, root } from './repository-files.ts'

const run = promisify(execFile)
const configurations = files.filter((path) => /^(examples\/[^/]+\/)?causeway\.yaml$/.test(path))
const examples = [
  ...new Set(files.filter((path) => /^examples\/[^/]+\//.test(path)).map((path) => path.split('/')[1]!)),
]

test('the shipped configuration is there', () => {
  expect(configurations).toContain('causeway.yaml')
})

test.each(configurations)('%s loads', { timeout: 30_000 }, async (path) => {
  const args = [join(root, 'apps/gateway/src/main.ts'), '--check', '--config', join(root, path)]
  await expect(run(process.execPath, args, { cwd: join(root, dirname(path)) })).resolves.toBeDefined()
})

test('every example has a README', () => {
  expect(examples.filter((name) => !files.includes(`examples/${name}/README.md`))).toEqual([])
})
