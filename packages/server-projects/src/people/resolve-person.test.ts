/** People by every name they answer to. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATOR, openWorkspace, type Workspace } from '../../test/open-workspace.ts'
import { isNobody, resolvePerson } from './resolve-person.ts'

let workspace: Workspace
beforeAll(() => {
  workspace = openWorkspace()
})
afterAll(() => workspace.remove())

const resolve = (reference: string, caller = OPERATOR) =>
  resolvePerson(workspace.db, reference, { caller, field: 'assignee' })

const refusal = (shape: object) => expect.objectContaining({ shape: expect.objectContaining(shape) })

it.each([
  ['maria', 'maria'],
  ['@maria-l', 'maria'],
  ['maria-l', 'maria'],
  ['MARIA.LINDQVIST', 'maria'],
  ['maria.lindqvist@acme.dev', 'maria'],
  ['Maria Lindqvist', 'maria'],
  ['lindqvist', 'maria'],
  ['Tomas Herrera', 'tomas'],
  ['tomás', 'tomas'],
  ['m\u200Baria', 'maria'],
  ['devon-k', 'devon'],
  ['@priya-s', 'priya'],
])('%s is %s', (reference, handle) => {
  expect(resolve(reference).handle).toBe(handle)
})

it('names the candidates of an ambiguous name', () => {
  expect(() => resolve('Daniel')).toThrow(
    refusal({ code: 'ambiguous_person', field: 'assignee', allowed: ['dokafor', 'dreyes'] }),
  )
})

it.each([
  ['tomaz', 'tomas'],
  ['maria-lx', 'maria'],
  ['Priya Ramen', 'priya'],
])('offers for %s: %s', (reference, handle) => {
  expect(() => resolve(reference)).toThrow(refusal({ code: 'unknown_person', did_you_mean: handle }))
})

it('lists the handles when nobody is near', () => {
  expect(() => resolve("x'; DROP TABLE users; --")).toThrow(
    refusal({ code: 'unknown_person', allowed: expect.arrayContaining(['maria', 'devon']) }),
  )
})

describe('me', () => {
  it('is the user, else the agent', () => {
    expect(resolve('me', { ...OPERATOR, user: 'priya' }).handle).toBe('priya')
    expect(resolve('me', { ...OPERATOR, agent: 'devon' }).handle).toBe('devon')
    expect(resolve('Me', { ...OPERATOR, user: 'Maria.Lindqvist@Acme.dev' }).handle).toBe('maria')
  })

  it.each(['m\u00E1ria', 'ma\u200Bria', ' maria', 'yu\u212Ai', 'stranger'])(
    'is nobody for the user %j, who has a name of their own, whatever agent they use',
    (user) => {
      expect(() => resolve('me', { ...OPERATOR, user, agent: 'maria' })).toThrow(refusal({ code: 'unknown_person' }))
    },
  )

  it('is nobody for an agent that is no person', () => {
    expect(() => resolve('me')).toThrow(refusal({ code: 'unknown_person', field: 'assignee' }))
  })
})

it('knows the words for nobody', () => {
  expect(['none', 'Nobody', 'unassigned', 'nina'].map(isNobody)).toEqual([true, true, true, false])
})
