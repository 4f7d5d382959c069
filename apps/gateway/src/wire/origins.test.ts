/** Origins: written into a list and read from one, whatever an upstream puts there. */
import { expect, it } from 'vitest'
import { ORIGINS_META, originsMember, readOrigins } from './origins.ts'

const NAMES = ['causeway-0000000000000000', 'causeway-00000000000000ff']
const listWith = (value: unknown) => ({ tools: [], _meta: { [ORIGINS_META]: value } })

it('reads what it writes, each name once and its own first', () => {
  const [own = '', other = ''] = NAMES
  expect(readOrigins(JSON.parse(`{"tools":[]${originsMember(own, [other, own, other])}}`))).toEqual(NAMES)
  expect(originsMember('', NAMES)).toBe('')
})

it.each([undefined, null, 'causeway-0000000000000000', {}, [1, null, 'x', 'causeway-0', 'CAUSEWAY-0000000000000000']])(
  'reads nothing from %j',
  (value) => {
    expect(readOrigins(listWith(value))).toEqual([])
    expect(readOrigins({ tools: [], _meta: value })).toEqual([])
  },
)

it('reads and writes no more than there can be', () => {
  const many = Array.from({ length: 1_000 }, (_, i) => `causeway-${String(i).padStart(16, '0')}`)
  expect(readOrigins(listWith(many))).toHaveLength(32)
  expect(readOrigins(JSON.parse(`{"tools":[]${originsMember(many[0] ?? '', many)}}`)).length).toBe(32)
  expect(originsMember(many[0] ?? '', many).length).toBeLessThan(8_192)
})
