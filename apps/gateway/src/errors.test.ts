/** The table of failures keeps to the specification's codes, tells agents something useful, and is tested as a whole. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { GatewayError, toGatewayError } from './errors.ts'
import { FAILURES } from './failures.ts'

const ALL = Object.entries(FAILURES)
const PACKAGE = join(import.meta.dirname, '..')

describe.each(ALL)('%s', (code, { source, http, rpc, hint }) => {
  it('has a name that stays, and a hint in sentences', () => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(hint).toMatch(/^[A-Z].*\.$/)
  })

  it('uses the codes that it may', () => {
    // -32020 and on belong to the specification, and of those before it only -32001 is used: legacy clients know it.
    const own = [0, -32700, -32600, -32601, -32602, -32603, -32001, -32020, -32021, -32022]
    expect(own).toContain(rpc)
    expect(http === 200 || (http >= 400 && http < 600)).toBe(true)
    // What is nobody's mistake but ours is told by its own code, never by one that blames the request.
    if (source === 'gateway' || source === 'upstream') expect(rpc).toBe(-32603)
  })
})

it('every code is brought about by a test', () => {
  const tests = globSync('{src,test}/**/*.test.ts', { cwd: PACKAGE }).filter((path) => path !== 'src/errors.test.ts')
  const text = tests.map((path) => readFileSync(join(PACKAGE, path), 'utf8')).join('\n')
  expect(ALL.map(([code]) => code).filter((code) => !text.includes(`'${code}'`))).toEqual([])
})

describe('a thrown value', () => {
  it('of ours stays what it is', () => {
    const error = new GatewayError('unknown_tool', 'Cannot resolve tool "a": no such tool', { cause: 'why' })
    expect(toGatewayError(error)).toBe(error)
    expect([error.name, error.cause, error.failure]).toEqual(['GatewayError', 'why', FAILURES.unknown_tool])
  })

  it.each([new Error('secret'), new TypeError('secret'), 'secret', undefined, null, { message: 'secret' }])(
    'that nobody foresaw is internal and keeps its reason as the cause: %s',
    (thrown) => {
      const error = toGatewayError(thrown)
      expect([error.code, error.message]).toEqual(['internal', 'Cannot serve the request: an internal error'])
      expect(error.cause).toBe(thrown)
    },
  )
})
