/** How problems read. */
import { expect, it } from 'vitest'
import { ConfigError, formatPath, formatProblem } from './problem.ts'

const problem = { file: 'causeway.yaml', line: 6, column: 10, path: 'upstreams.db.url', message: 'Invalid URL' }

it('names file, line, column and key', () => {
  expect(formatProblem(problem)).toBe('causeway.yaml:6:10 upstreams.db.url: Invalid URL')
  expect(formatProblem({ ...problem, path: '' })).toBe('causeway.yaml:6:10 Invalid URL')
  expect(formatProblem({ ...problem, file: 'CAUSEWAY_PORT', line: 0, column: 0 })).toBe(
    'CAUSEWAY_PORT upstreams.db.url: Invalid URL',
  )
})

it('lists everything in the message of the error', () => {
  expect(new ConfigError([problem, problem]).message.split('\n')).toHaveLength(2)
})

it.each([
  [['rules', 2, 'id'], 'rules[2].id'],
  [['agents', 'helpdesk-*', 'roles', 0], 'agents["helpdesk-*"].roles[0]'],
  [['agents', '\u001b[31m'], 'agents["\\u001b[31m"]'],
  [[], ''],
])('writes %j as %s', (path, text) => {
  expect(formatPath(path)).toBe(text)
})
