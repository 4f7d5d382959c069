/** Views are kept for as long as their catalog, and only such as are of a bounded number. */
import { expect, it } from 'vitest'
import { CatalogHolder } from '../catalog/catalog.ts'
import type { AgentPolicy } from '../policy/compile.ts'
import { viewOf } from './view.ts'

it('is made once for a route that there is, and not kept for one that there is not', () => {
  const holder = new CatalogHolder()
  const identity = { era: 'modern' as const, name: '', version: '', capabilities: {}, instructions: '' }
  holder.arrange(['up'])
  const part = { id: 'up', title: 'Up', identity, prefix: 'up', isNamespaced: true }
  holder.publish({ ...part, entries: [], leftOut: [] })
  const policy = { key: 'k', allows: [], denies: [], approves: [] } as unknown as AgentPolicy
  const view = (route?: string) => viewOf(holder.current, policy, route)
  const isKept = (route?: string) => new Set([view(route), view(route)]).size === 1
  expect([isKept(), isKept('up'), isKept('guessed')]).toEqual([true, true, false])
})
