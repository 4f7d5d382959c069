/** `catalog.json` holds the facts of what is listed, and of upstreams that are still waited for what the last run knew. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { upstreamConfig } from '../../test/support/upstream-config.ts'
import { CatalogHolder } from './catalog.ts'
import { createFactsFile } from './facts-file.ts'
import { namespace } from './namespace.ts'
import { validate } from './validate.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-facts-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const identity = { era: 'modern' as const, name: '', version: '', capabilities: {}, instructions: '' }
const path = () => join(dir, 'catalog.json')
const names = () =>
  (JSON.parse(readFileSync(path(), 'utf8')) as { tools: { publicName: string }[] }).tools.map((each) => each.publicName)

function part(id: string, tools: string[]) {
  const config = upstreamConfig({}, id)
  const raw = tools.map((name) => ({ name, inputSchema: { type: 'object' } }))
  const lists = {
    tools: raw.map((value) => ({ text: JSON.stringify(value), value })),
    prompts: [],
    resources: [],
    templates: [],
    skills: [],
  }
  const entries = namespace(config, validate(id, config, lists).definitions)
  return { id, title: id, identity, prefix: id, isNamespaced: true, entries, leftOut: [] }
}

async function run(configured: string[], ...parts: ReturnType<typeof part>[]): Promise<void> {
  const holder = new CatalogHolder()
  holder.arrange(configured)
  const file = createFactsFile(path(), holder, pino({ level: 'silent' }))
  for (const each of parts) {
    holder.publish(each)
    file.write()
  }
  await file.close()
}

it('holds what is listed when the gateway ends', async () => {
  await run(['a', 'b'], part('a', ['x']), part('b', ['y']))
  expect(names()).toEqual(['a__x', 'b__y'])
})

it('keeps what the last run knew of an upstream that has not answered yet', async () => {
  await run(['a', 'b'], part('a', ['x']), part('b', ['y']))
  await run(['a', 'b'], part('a', ['z']))
  expect(names()).toEqual(['a__z', 'b__y'])
})

it('forgets upstreams that are gone', async () => {
  await run(['a', 'b'], part('a', ['x']), part('b', ['y']))
  await run(['a'], part('a', ['x']))
  expect(names()).toEqual(['a__x'])
})

it('writes nothing when nothing was published', async () => {
  const holder = new CatalogHolder()
  holder.arrange(['a'])
  const file = createFactsFile(path(), holder, pino({ level: 'silent' }))
  await file.close()
  expect(() => names()).toThrow()
})
