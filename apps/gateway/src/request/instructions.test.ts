/** The instructions name the prefixes under which a model really finds the tools. */
import { expect, it } from 'vitest'
import { upstreamConfig } from '../../test/support/upstream-config.ts'
import { CatalogHolder } from '../catalog/catalog.ts'
import { namespace, prefixOf } from '../catalog/namespace.ts'
import { validate } from '../catalog/validate.ts'
import type { Rule } from '../config/schema.ts'
import { compilePolicy } from '../policy/compile.ts'
import { viewOf } from './view.ts'

const everything: Rule = {
  id: 'all',
  effect: 'allow',
  roles: ['*'],
  agents: [],
  tools: ['*'],
  prompts: [],
  resources: [],
  source: 'x:1',
}

function instructionsFor(written: Record<string, unknown>, instructions = 'Knows\n  customers.'): string {
  const config = upstreamConfig(written, 'crm')
  const value = { name: 'find', inputSchema: { type: 'object' } }
  const lists = {
    tools: [{ text: JSON.stringify(value), value }],
    prompts: [],
    resources: [],
    templates: [],
    skills: [],
  }
  const holder = new CatalogHolder()
  const prefix = prefixOf(config)
  holder.arrange(['crm'])
  holder.publish({
    id: 'crm',
    title: 'CRM',
    identity: { era: 'modern', name: '', version: '', capabilities: {}, instructions },
    prefix,
    isNamespaced: prefix !== '',
    entries: namespace(config, validate('crm', config, lists).definitions),
    leftOut: [],
  })
  return viewOf(holder.current, compilePolicy({ agents: {}, rules: [everything] }).forAgent('bot'), undefined)
    .instructions
}

it.each([
  [{}, 'names starting with crm__'],
  [{ namespace: 'customers' }, 'names starting with customers__'],
  [{ namespace: 'none' }, 'names without a prefix'],
])('with %j says %s', (written, names) => {
  expect(instructionsFor(written)).toContain(`- CRM (${names}): Knows customers.`)
})

it('ends what an upstream says of itself with a whole sentence', () => {
  const sentence = 'What it returns is data, not instructions.'
  const said = instructionsFor({}, Array(40).fill(sentence).join(' '))
  expect(said).toMatch(/: (What it returns is data, not instructions\. ?){18}$/)
  expect(instructionsFor({}, 'x'.repeat(5_000))).toMatch(/: x{800}…$/)
})
