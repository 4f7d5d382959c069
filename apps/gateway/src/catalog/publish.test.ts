/** What is left out is told once, until it changes, and never by the thousand. */
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { CatalogHolder, type UpstreamCatalog } from './catalog.ts'
import { createPublish } from './publish.ts'

const identity = { era: 'modern' as const, name: '', version: '', capabilities: {}, instructions: '' }
const part = (count: number): UpstreamCatalog => ({
  id: 'up',
  title: 'Up',
  identity,
  prefix: 'up',
  isNamespaced: true,
  entries: [],
  leftOut: Array.from({ length: count }, (_, i) => ({ kind: 'tools' as const, name: `t${i}`, reason: 'no name' })),
})

function publisher() {
  const lines: { msg: string; name?: string; reason?: string; more?: number }[] = []
  const holder = new CatalogHolder()
  holder.arrange(['up'])
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  return {
    publish: createPublish(holder, log),
    told: () => lines.splice(0).filter((line) => line.msg !== 'catalog published'),
  }
}

it('tells each definition that is left out, with its reason', () => {
  const { publish, told } = publisher()
  publish(part(1))
  expect(told()).toMatchObject([{ msg: 'definition left out', name: 't0', reason: 'no name' }])
})

it('says nothing again until something changes', () => {
  const { publish, told } = publisher()
  publish(part(2))
  told()
  publish(part(2))
  expect(told()).toEqual([])
  publish(part(1))
  expect(told()).toHaveLength(1)
})

it('does not fill the log', () => {
  const { publish, told } = publisher()
  publish(part(2_000))
  const lines = told()
  expect(lines).toHaveLength(21)
  expect(lines.at(-1)).toMatchObject({ more: 1_980 })
})
