/** What was asked for is told by its declared name, however it ended. */
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { logged } from './logged.ts'

it('tells how it ended, and passes on what it ended with', async () => {
  const lines: Record<string, unknown>[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) })
  const call = { log, caller: { agent: 'ops', roles: [], scopes: 'all' as const } }
  expect(await logged(call, { kind: 'prompt', name: 'plan_week' }, async () => 'text')).toBe('text')
  const failing = logged(call, { kind: 'resource read', name: 'task' }, () => Promise.reject(new Error('no')))
  await expect(failing).rejects.toThrow('no')
  expect(lines).toMatchObject([
    { msg: 'prompt', item: 'plan_week', agent: 'ops', outcome: 'result' },
    { msg: 'resource read', item: 'task', agent: 'ops', outcome: 'error' },
  ])
})
