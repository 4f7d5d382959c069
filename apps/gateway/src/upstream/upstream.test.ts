/** A call waits a moment for an upstream that is only just being connected to, and not for one that is down. */
import { expect, it } from 'vitest'
import { upstreamConfig } from '../../test/support/upstream-config.ts'
import type { Connection } from './connection.ts'
import { Upstream } from './upstream.ts'

// What a connection can do does not matter here.
const connection = { passesIds: true } as Connection

it('is waited for while it is being connected to', async () => {
  const upstream = new Upstream('up', upstreamConfig())
  const connected = upstream.connected()
  upstream.up(connection)
  expect(await connected).toBe(connection)
  expect(upstream.state).toEqual({ kind: 'ready' })
})

it('is not waited for once it is known to be down', async () => {
  const upstream = new Upstream('up', upstreamConfig())
  const connected = upstream.connected()
  upstream.down('the connection was refused')
  await expect(connected).rejects.toMatchObject({ code: 'upstream_unavailable' })
  const startedAt = performance.now()
  await expect(upstream.connected()).rejects.toThrow('Cannot reach upstream "up": the connection was refused')
  expect(performance.now() - startedAt).toBeLessThan(50)
})
