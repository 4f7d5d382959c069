/** A call's signal does what an AbortSignal would do. */
import { expect, test } from 'vitest'
import { CallEnd, toAbortSignal } from './call-signal.ts'

test('Everybody who listens is told once, with the first reason', () => {
  const end = new CallEnd()
  const heard: unknown[] = []
  end.addEventListener('abort', () => heard.push(`first: ${end.reason}`))
  end.addEventListener('abort', () => heard.push(`second: ${end.reason}`))
  end.throwIfAborted()
  end.abort('over')
  end.abort('again')
  expect(heard).toEqual(['first: over', 'second: over'])
  expect(end.aborted).toBe(true)
  expect(() => end.throwIfAborted()).toThrow('over')
})

test('Who has stopped to listen is not told', () => {
  const end = new CallEnd()
  const heard: string[] = []
  const listener = () => heard.push('told')
  end.addEventListener('abort', listener)
  end.removeEventListener('abort', listener)
  end.removeEventListener('abort', () => {})
  end.abort('over')
  expect(heard).toEqual([])
})

test('A real signal made from it is aborted with it, before or after', () => {
  const end = new CallEnd()
  const before = toAbortSignal(end)
  expect(before.aborted).toBe(false)
  end.abort('over')
  expect([before.aborted, before.reason]).toEqual([true, 'over'])
  expect(toAbortSignal(end).reason).toBe('over')
  expect(toAbortSignal(before)).toBe(before)
})
