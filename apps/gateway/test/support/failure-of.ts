/** Reads a refusal, and makes sure that it tells nothing of the inside. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'

/** A refusal as a story compares it. */
export interface SeenFailure {
  status: number
  /** JSON-RPC code. */
  rpc: number
  /** Key of the table of failures. */
  code: string
  /** As it was sent back; absent when the request could not be read. */
  id?: unknown
}

const ROOT = join(import.meta.dirname, '../../../..')
const INSIDE = /\bat \S+ \(|\bat \S+:\d+|node:internal|node_modules|\.ts\b|"(stack|cause|path)"|cwy_live_|SQLITE|Error:/

/** Fails when an answer holds a stack, a path, a cause or a credential. */
export function expectNoLeak(text: string): void {
  expect(text).not.toMatch(INSIDE)
  for (const place of [ROOT, tmpdir(), process.execPath]) expect(text).not.toContain(place)
}

/** The refusal in an answer: it has a message, a hint and a request id that the header repeats. */
export function failureOf(answer: {
  status: number
  headers: Headers | Record<string, string>
  text: string
}): SeenFailure {
  expectNoLeak(answer.text)
  const { id, error, jsonrpc } = JSON.parse(answer.text)
  expect(jsonrpc).toBe('2.0')
  expect(error.message).toMatch(/^Cannot .+/)
  expect(error.data.hint).toMatch(/^[A-Z]/)
  expect(error.data.retryable).toBeTypeOf('boolean')
  const requestId =
    answer.headers instanceof Headers ? answer.headers.get('x-request-id') : answer.headers['x-request-id']
  expect(error.data.requestId).toBe(requestId)
  return { status: answer.status, rpc: error.code, code: error.data.code, ...(id === undefined ? {} : { id }) }
}
