/** Arguments from the command line. */
import { expect, test } from 'vitest'
import { CliError } from './cli-error.ts'
import { parseArguments } from './parse-arguments.ts'

test('a value is JSON when it reads as JSON, else text', () => {
  const pairs = ['limit=10', 'open=true', 'labels=["a","b"]', 'title=Fix it = now', 'id="456"', 'empty=', 'key={x']
  expect(parseArguments(pairs)).toEqual({
    limit: 10,
    open: true,
    labels: ['a', 'b'],
    title: 'Fix it = now',
    id: '456',
    empty: '',
    key: '{x',
  })
})

test('pairs go over --args', () => {
  expect(parseArguments(['b=3'], '{"a":1,"b":2}')).toEqual({ a: 1, b: 3 })
})

test('what is no pair and no object is refused', () => {
  for (const pair of ['limit', '=5', '']) expect(() => parseArguments([pair])).toThrow(CliError)
  for (const json of ['[]', 'null', '"x"', '{', ''])
    expect(() => parseArguments([], json)).toThrow('want a JSON object')
})
