/** Task ids are the same every time, good for one caller, and for nobody else. */
import { expect, it } from 'vitest'
import type { Caller } from '../caller.ts'
import { TaskIds } from './task-ids.ts'

const ids = new TaskIds(Buffer.alloc(32, 1))
const caller = (id: string) => ({ id }) as Caller
const reference = { upstream: 'jobs', tool: 'run', taskId: 'Ünï/1' }

it('gives the same id every time, and opens it for its caller', () => {
  const id = ids.wrap(reference, caller('ops'))
  expect(ids.wrap(reference, caller('ops'))).toBe(id)
  expect(id).toMatch(/^[\x21-\x7e]+$/)
  expect(ids.unwrap(id, caller('ops'))).toEqual(reference)
})

it('opens no id for another caller, of another key, or changed in any character', () => {
  const id = ids.wrap(reference, caller('ops'))
  expect(ids.unwrap(id, caller('other'))).toBeUndefined()
  expect(new TaskIds(Buffer.alloc(32, 2)).unwrap(id, caller('ops'))).toBeUndefined()
  for (let i = 0; i < id.length; i++) {
    const changed = `${id.slice(0, i)}${id[i] === 'A' ? 'B' : 'A'}${id.slice(i + 1)}`
    expect(ids.unwrap(changed, caller('ops')), changed).toBeUndefined()
  }
  for (const odd of ['', '.', 'x', 7, null, {}, `${id}.`]) expect(ids.unwrap(odd, caller('ops'))).toBeUndefined()
})
