/** What the edge does about a fault that the line has no answer to. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, it, vi } from 'vitest'
import type { Gateway } from './gateway.ts'
import { createHttp } from './http.ts'
import { MAX_BODY_BYTES, MAX_BODY_MS } from './request/edge.ts'

it('cuts one request that fails beyond its reply, and says so', async () => {
  const error = vi.fn()
  const broken = () => {
    throw new Error('the log is gone')
  }
  const gateway = { isDraining: false, log: { error, info: broken, warn: broken, debug: broken } } as unknown as Gateway
  const http = createHttp(() => gateway).listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  const body = await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', body: '{}' })
    .then((response) => response.text())
    .catch(() => 'cut')
  await vi.waitFor(() => expect(error).toHaveBeenCalledOnce())
  expect(error.mock.calls[0]?.[0]).toMatchObject({ err: expect.any(Error), requestId: expect.any(String) })
  expect(body).not.toContain('the log is gone')
  http.close()
  http.closeAllConnections()
})

it('gives a head 5 seconds and 32 KiB, and a request that nobody reads 15', () => {
  const http = createHttp(() => undefined)
  expect(http).toMatchObject({ headersTimeout: 5_000, requestTimeout: 15_000, maxHeaderSize: 32 * 1024 })
  expect([MAX_BODY_BYTES, MAX_BODY_MS]).toEqual([4 * 1024 * 1024, 10_000])
})
