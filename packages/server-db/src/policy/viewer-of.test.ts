/** Only the roles that the gateway vouches for count, and the most privileged of them. */
import { expect, it } from 'vitest'
import { requireViewer, viewerOf } from './viewer-of.ts'

const ROLES = [
  { role: 'admin', claims: ['operator'] },
  { role: 'support', claims: ['support'] },
  { role: 'analyst', claims: ['viewer'] },
]

const caller = (...roles: string[]) => ({ agent: 'a', roles, scopes: 'all' as const })

it.each([
  [['operator'], 'admin'],
  [['support'], 'support'],
  [['viewer'], 'analyst'],
  [['viewer', 'support'], 'support'],
  [['unknown', 'viewer', 'operator'], 'admin'],
  [[], undefined],
  [['admin'], undefined],
  [['analyst'], undefined],
  [['Operator'], undefined],
  [['constructor'], undefined],
])('%j → %s', (roles, role) => {
  expect(viewerOf(caller(...roles), ROLES)?.role).toBe(role)
})

it('says whom to ask when there is none', () => {
  expect(() => requireViewer(caller('guest'), ROLES)).toThrow(
    'Ask the platform admin for one of: operator, support, viewer.',
  )
})
