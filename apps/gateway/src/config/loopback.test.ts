/** Loopback addresses in all their spellings, and what only looks like one. */
import { expect, it } from 'vitest'
import { isLoopbackHost } from './loopback.ts'

it.each(['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost', 'LOCALHOST', '::ffff:127.0.0.1'])('%s is', (host) => {
  expect(isLoopbackHost(host)).toBe(true)
})

it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example', 'localhost.example', 'gateway', ''])('%s is not', (host) => {
  expect(isLoopbackHost(host)).toBe(false)
})
