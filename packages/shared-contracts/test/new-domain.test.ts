/** The domain server of docs/new-domain.md: made as `npm run new-domain` makes it, compiled, and held to the contract. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manifestText } from '@causeway/shared-contracts/manifest-files'
import { afterAll, expect, it } from 'vitest'
import { makeDomain } from '../cli/make-domain.ts'

const repository = join(import.meta.dirname, '../../..')
const page = join(repository, 'docs/new-domain.md')
const root = mkdtempSync(join(tmpdir(), 'causeway-new-domain-'))

mkdirSync(join(root, 'packages'))
for (const name of ['causeway.yaml', 'tsconfig.base.json']) cpSync(join(repository, name), join(root, name))
const folder = makeDomain({ id: 'shipping', root, page })
symlinkSync(join(repository, 'packages/server-projects/node_modules'), join(folder, 'node_modules'))
// For the types of Node.js.
symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
const described = execFileSync(process.execPath, [join(folder, 'src/main.ts'), '--describe'], { encoding: 'utf8' })
writeFileSync(join(folder, 'domain.manifest.json'), manifestText(JSON.parse(described).manifest))

afterAll(() => rmSync(root, { recursive: true, force: true }))

await import(join(folder, 'test/contract.test.ts'))

it('compiles, and a tool that answers what it has not declared does not', () => {
  const compile = () =>
    spawnSync(join(repository, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' }).stdout
  expect(compile()).toBe('')
  const file = join(folder, 'src/tools/add-item.ts')
  writeFileSync(file, readFileSync(file, 'utf8').replace('data: { id: item.id, ', 'data: { '))
  expect(compile()).toContain("Property 'id' is missing")
})

it('stands in causeway.yaml behind the others, and takes no name twice', () => {
  const yaml = readFileSync(join(root, 'causeway.yaml'), 'utf8')
  expect(yaml).toContain('\n  shipping: { run: packages/server-shipping, title: Shipping, owner: shipping }\n\n')
  expect(yaml.indexOf('shipping:')).toBeLessThan(yaml.indexOf('\nagents:'))
  expect(() => makeDomain({ id: 'shipping', root, page })).toThrow('exists')
  expect(() => makeDomain({ id: 'projects', root, page })).toThrow('causeway.yaml has one')
  expect(() => makeDomain({ id: 'no-such_id', root, page })).toThrow('letters and digits')
})
