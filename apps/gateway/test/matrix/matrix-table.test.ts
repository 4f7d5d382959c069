/** The printed matrix fails on a cell without a story, and on a reason that a story proves wrong. */
import { expect, it } from 'vitest'
import { ABSENCES, CELLS, FEATURES, type Proof } from './cells.ts'
import { matrixTable } from './matrix-table.ts'

const isAbsent = ({ feature, ...cell }: Proof) =>
  ABSENCES.some((each) => each.features.includes(feature) && each.isOf(cell))
const all = CELLS.flatMap((cell) => FEATURES.map((feature): Proof => ({ ...cell, feature })))
const wanted = all.filter((proof) => !isAbsent(proof))

it('is fine when every cell that can have a story has one, and says why the others have none', () => {
  const { text, problems } = matrixTable([...wanted, ...wanted])
  expect(problems).toEqual([])
  expect(text.match(/✓/g)).toHaveLength(wanted.length)
  expect(text).not.toContain('✗')
  for (const { reason } of ABSENCES) expect(text).toContain(reason)
})

it('names each cell that has none', () => {
  const { text, problems } = matrixTable(wanted.slice(1))
  expect(problems).toEqual(['No story: tools, legacy → legacy over http'])
  expect(text.match(/✗/g)).toHaveLength(2)
  expect(matrixTable([]).problems).toHaveLength(wanted.length)
})

it('names each story of what is said not to exist', () => {
  const proof: Proof = { agent: 'legacy', upstream: 'modern', transport: 'http', feature: 'listen' }
  expect(matrixTable([...wanted, proof]).problems).toEqual([
    'There is a story of what has reason 1: listen, legacy → modern over http',
  ])
})
