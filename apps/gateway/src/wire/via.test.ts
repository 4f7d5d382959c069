/** Via: what is added, what is passed on, and what is refused. */
import { describe, expect, it } from 'vitest'
import { createVia, hopsOf, MAX_HOPS, pseudonym } from './via.ts'

const key = Buffer.alloc(32, 7)
const via = createVia(key)
const other = createVia(Buffer.alloc(32, 8)).own

it('is a pseudonym that stays, differs by installation, and cannot be told from the one of lists', () => {
  expect(via.own).toMatch(/^1\.1 causeway-[0-9a-f]{16}$/)
  expect(createVia(key).own).toBe(via.own)
  expect(other).not.toBe(via.own)
  expect(via.own).not.toContain(pseudonym(key, 'origin'))
})

it('keeps the gateways before it and drops what proxies wrote', () => {
  expect(via.onward('')).toBe(via.own)
  expect(via.onward('1.0 fred, HTTP/2 example.com:80 (causeway of stones)')).toBe(via.own)
  expect(via.onward(`1.0 fred, ${other} (x), 1.1 nginx`)).toBe(`${other}, ${via.own}`)
})

describe('refuses', () => {
  it('a request that was here before, wherever the name stands', () => {
    for (const header of [via.own, `${other}, ${via.own}`, `${via.own} (x), 2 y`])
      expect(() => via.onward(header)).toThrow(expect.objectContaining({ code: 'gateway_loop' }))
  })

  it('a request that has come through too many gateways', () => {
    const hops = (count: number) => Array.from({ length: count }, () => other).join(',')
    expect(hopsOf(via.onward(hops(MAX_HOPS - 1)))).toHaveLength(MAX_HOPS)
    expect(() => via.onward(hops(MAX_HOPS))).toThrow(expect.objectContaining({ code: 'gateway_loop' }))
  })
})

it('takes nothing for a gateway that only looks like one', () => {
  const name = via.own.slice('1.1 '.length)
  for (const near of [`${name}0`, `x-${name}`, name.toUpperCase(), name.slice(0, -1)])
    expect(hopsOf(`1.1 ${near}`)).toEqual([])
})
