/** The gateway listens for what an upstream offers to tell, and for nothing else. */
import { expect, it } from 'vitest'
import { isListChange, listenParams } from './list-changes.ts'

it('asks for the lists whose changes the upstream tells', () => {
  const params = listenParams({ tools: { listChanged: true }, prompts: { listChanged: 'yes' }, resources: {}, x: 1 })
  expect(JSON.parse(params as string)).toMatchObject({
    notifications: { toolsListChanged: true },
    _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' },
  })
  expect(Object.keys(JSON.parse(params as string).notifications)).toEqual(['toolsListChanged'])
})

it('asks nothing of an upstream that tells nothing', () => {
  expect(listenParams({ tools: {}, prompts: null, resources: [] })).toBeUndefined()
})

it('knows a list change by its method', () => {
  expect(isListChange('notifications/tools/list_changed')).toBe(true)
  expect(isListChange('notifications/tools/list_changed/x')).toBe(false)
  expect(isListChange(undefined)).toBe(false)
})
