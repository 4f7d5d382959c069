/** How a connection treats an API that limits, is slow, fails and comes back: each rule against a real API behind a proxy that makes it so. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { OwnEndpoint } from '../src/connection/connection.ts'
import { startGithubEmulator } from '../src/emulator/github-emulator.ts'
import { githubDialect } from '../src/github/github-dialect.ts'
import { openVendorApi } from '../src/http/vendor-api.ts'
import type { VendorCall, VendorRequest } from '../src/http/vendor-request.ts'
import { DEFAULT_BOUNDS } from '../src/resilience/request-bounds.ts'
import { type Harness, openHarness } from './support/open-harness.ts'
import { type FaultProxy, startFaultProxy } from './support/start-fault-proxy.ts'

const read = { repo: 'acme/web', number: 456, comments: 0 }
const BOUNDS = { maxRetries: 2, attemptTimeoutMs: 1_500, breakerFailures: 3, breakerOpenMs: 1_000 }

let github: OwnEndpoint
let proxy: FaultProxy
let harness: Harness

beforeAll(async () => {
  github = await startGithubEmulator(new AbortController().signal)
  proxy = await startFaultProxy(github.baseUrl)
})
afterAll(async () => {
  await proxy.close()
  await github.close()
})
// What a connection has learned must not reach the next test.
beforeEach(() => {
  harness = openHarness({ env: { GITHUB_TOKEN: github.token, GITHUB_API_URL: proxy.url }, bounds: BOUNDS })
})
afterEach(() => harness.close())

const get = () => harness.call('github_get_issue', read)
const getOnce = async () => (await get()).error

describe('limits', () => {
  it('that end after the deadline are told at once, and nothing more is sent until they end', async () => {
    proxy.plan(() => ({ status: 429, headers: { 'retry-after': '17' } }))
    expect(await getOnce()).toMatchObject({ code: 'rate_limited', retryable: true, retry_after_ms: 17_000 })
    expect(await getOnce()).toMatchObject({ code: 'rate_limited', retryable: true })
    expect(proxy.seen).toHaveLength(1)
  })

  it('that end before it are waited for', async () => {
    proxy.plan((_, nth) => (nth === 1 ? { status: 429, headers: { 'retry-after': '1' } } : 'pass'))
    const startedMs = Date.now()
    expect((await get()).data.number).toBe(456)
    expect(Date.now() - startedMs).toBeGreaterThan(900)
    expect(proxy.seen).toHaveLength(2)
  })

  it('are understood when GitHub says 403: the secondary limit and the spent primary one', async () => {
    const body = JSON.stringify({ message: 'You have exceeded a secondary rate limit.' })
    proxy.plan(() => ({ status: 403, headers: { 'retry-after': '60' }, body }))
    expect(await getOnce()).toMatchObject({ code: 'rate_limited', retry_after_ms: 60_000 })
    await harness.close()
    harness = openHarness({ env: { GITHUB_TOKEN: github.token, GITHUB_API_URL: proxy.url }, bounds: BOUNDS })
    const reset = String(Math.ceil(Date.now() / 1_000) + 30)
    proxy.plan(() => ({ status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } }))
    const primary = await getOnce()
    expect(primary?.code).toBe('rate_limited')
    expect(primary?.retry_after_ms).toBeGreaterThan(20_000)
  })

  it('are learned from the answers that still succeed: the call after the last one is not sent', async () => {
    const reset = String(Math.ceil(Date.now() / 1_000) + 30)
    const issue = { number: 7, title: 't', state: 'open', created_at: '', updated_at: '', html_url: '' }
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }
    proxy.plan(() => ({ status: 200, headers, body: JSON.stringify(issue) }))
    expect((await get()).data.number).toBe(7)
    expect((await getOnce())?.code).toBe('rate_limited')
    expect(proxy.seen).toHaveLength(1)
    // Searches have a limit of their own.
    proxy.plan(() => 'pass')
    expect((await harness.call('github_search_issues', { repo: 'acme/web' })).error).toBeUndefined()
  })
})

it('a limit that ends in the year 3000 is asked about again within the hour', async () => {
  const reset = String(Date.parse('3000-01-01') / 1_000)
  proxy.plan(() => ({ status: 200, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }, body: '[]' }))
  await get()
  const error = await getOnce()
  expect(error?.code).toBe('rate_limited')
  expect(error?.retry_after_ms).toBeLessThanOrEqual(3_600_000)
})

describe('slow answers', () => {
  it('end one attempt, and the next may be quick', async () => {
    proxy.plan((_, nth) => (nth === 1 ? { delayMs: 9_000 } : 'pass'))
    expect((await get()).data.number).toBe(456)
    expect(proxy.seen).toHaveLength(2)
  })
})

describe('answers with a validator', () => {
  it('are revalidated, and used when they still hold', async () => {
    const issue = { number: 7, title: 'kept', state: 'open', created_at: '', updated_at: '', html_url: '' }
    proxy.plan(({ headers }) =>
      headers['if-none-match'] === '"v1"'
        ? { status: 304, headers: { etag: '"v1"' }, body: '' }
        : { status: 200, headers: { etag: '"v1"' }, body: JSON.stringify(issue) },
    )
    expect((await get()).data.title).toBe('kept')
    expect((await get()).data.title).toBe('kept')
    expect(proxy.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"'])
    proxy.plan(() => ({ status: 200, headers: { etag: '"v2"' }, body: JSON.stringify({ ...issue, title: 'changed' }) }))
    expect((await get()).data.title).toBe('changed')
  })
})

describe('the breaker', () => {
  it('opens after failures in a row, sends nothing while it is open, and heals by one call', async () => {
    proxy.plan(() => ({ status: 500 }))
    for (let i = 0; i < 3; i++) expect((await getOnce())?.code).toBe('unavailable')
    const sent = proxy.seen.length
    const held = await get()
    expect(held.error).toMatchObject({ code: 'circuit_open', retryable: true })
    expect(held.error?.retry_after_ms).toBeLessThanOrEqual(1_000)
    expect(held.text).toContain('Nothing was done')
    const write = await harness.call('github_comment_on_issue', { repo: 'acme/web', number: 453, body: 'x' })
    expect(write.error?.code).toBe('circuit_open')
    expect(proxy.seen).toHaveLength(sent)
    proxy.plan(() => 'pass')
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect((await get()).data.number).toBe(456)
  })

  it('stays closed for refusals and limits: those are answers', async () => {
    proxy.plan(() => ({ status: 404 }))
    for (let i = 0; i < 5; i++) expect((await getOnce())?.code).toBe('not_found')
  })
})

describe('the bulkhead', () => {
  const REQUEST: VendorRequest = {
    method: 'GET',
    effect: 'read',
    path: ['user'],
    doing: 'look',
    missing: '',
    shape: z.unknown(),
  }
  const call = {
    signal: new AbortController().signal,
    requestId: 'r',
    log: { info() {} },
    caller: { agent: 'a', roles: [], scopes: 'all' },
  } as unknown as VendorCall

  it('lets so many in, so many wait, and turns the rest away unsent', async () => {
    proxy.plan(() => ({ delayMs: 200 }))
    const bounds = { ...DEFAULT_BOUNDS, maxConcurrent: 2, maxQueued: 1 }
    const api = openVendorApi(githubDialect, { baseUrl: proxy.url, token: github.token }, bounds)
    const codes = await Promise.all(
      Array.from({ length: 4 }, () =>
        api.call(REQUEST, call).then(
          () => 'done',
          (error) => error.shape.code,
        ),
      ),
    )
    expect(codes.sort()).toEqual(['done', 'done', 'done', 'unavailable'])
    expect(proxy.seen).toHaveLength(3)
    await api.close()
  })

  it('renews a refused token once for all calls that it was refused to', async () => {
    proxy.plan(({ headers }) => (headers.authorization === 'Bearer new' ? { status: 200 } : { status: 401 }))
    let renewals = 0
    let renewing: Promise<string> | undefined
    const renew = () => {
      renewing ??= new Promise((resolve) => {
        renewals++
        setTimeout(resolve, 50, 'new')
      })
      return renewing
    }
    const api = openVendorApi(githubDialect, { baseUrl: proxy.url, token: 'old', renew }, DEFAULT_BOUNDS)
    await Promise.all(Array.from({ length: 5 }, () => api.call(REQUEST, call)))
    expect(renewals).toBe(1)
    expect(proxy.seen.filter(({ headers }) => headers.authorization === 'Bearer old')).toHaveLength(5)
    await api.close()
  })
})
