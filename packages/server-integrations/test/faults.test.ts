/** What the tools say and do when GitHub is slow, limits, breaks or disappears: with a real proxy that makes it so. */
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OwnEndpoint } from '../src/connection/connection.ts'
import { startGithubEmulator } from '../src/emulator/github-emulator.ts'
import { type Harness, openHarness } from './support/open-harness.ts'
import { type FaultProxy, startFaultProxy } from './support/start-fault-proxy.ts'

const REPO = 'acme/web'
const BOUNDS = { maxBytes: 1_000_000, maxRetries: 2, breakerFailures: 1_000 }
const IMPATIENT = { ...BOUNDS, timeoutMs: 1_500, attemptTimeoutMs: 1_200 }
const read = { repo: REPO, number: 456, comments: 0 }

let github: OwnEndpoint
let proxy: FaultProxy
let harness: Harness
let impatient: Harness

beforeAll(async () => {
  github = await startGithubEmulator(new AbortController().signal)
  proxy = await startFaultProxy(github.baseUrl)
  const env = { GITHUB_TOKEN: github.token, GITHUB_API_URL: proxy.url }
  harness = openHarness({ env, bounds: BOUNDS })
  impatient = openHarness({ env, bounds: IMPATIENT })
})
afterAll(async () => {
  await harness.close()
  await impatient.close()
  await proxy.close()
  await github.close()
})

describe('reads', () => {
  it('reach the configured API with the correlation id and the token', async () => {
    proxy.plan(() => 'pass')
    const { data } = await harness.call('github_get_issue', read, { requestId: 'req-abc' })
    expect(data.number).toBe(456)
    expect(proxy.seen[0]?.headers).toMatchObject({ 'x-request-id': 'req-abc', authorization: `Bearer ${github.token}` })
    const listed = await harness.call('list_integrations', {})
    expect(listed.data.integrations[0]).toMatchObject({
      id: 'github',
      mode: 'api',
      state: 'ready',
      account: 'shared',
      sample_data: [],
    })
  })

  it.each([502, 503, 504])('are repeated after %i and then succeed', async (status) => {
    proxy.plan((_, nth) => (nth < 3 ? { status } : 'pass'))
    expect((await harness.call('github_get_issue', read)).data.number).toBe(456)
    expect(proxy.seen).toHaveLength(3)
  })

  it('are repeated after a broken connection', async () => {
    proxy.plan((_, nth) => (nth === 1 ? 'reset' : nth === 2 ? 'reset_after' : 'pass'))
    expect((await harness.call('github_get_issue', read)).data.number).toBe(456)
    expect(proxy.seen).toHaveLength(3)
  })

  it('give up after three attempts, and do not repeat a 500', async () => {
    proxy.plan(() => ({ status: 503 }))
    expect((await harness.call('github_get_issue', read)).error).toMatchObject({ code: 'unavailable', retryable: true })
    expect(proxy.seen).toHaveLength(3)
    proxy.plan(() => ({ status: 500 }))
    expect((await harness.call('github_get_issue', read)).error?.code).toBe('unavailable')
    expect(proxy.seen).toHaveLength(1)
  })

  it('tell a refused token, a refused right and a moved repository apart', async () => {
    proxy.plan(() => ({ status: 401 }))
    expect((await harness.call('github_get_issue', read)).error).toMatchObject({
      code: 'connection_required',
      retryable: false,
    })
    proxy.plan(() => ({ status: 403, body: '{"message":"Resource not accessible"}' }))
    expect((await harness.call('github_get_issue', read)).error?.code).toBe('forbidden')
    proxy.plan(() => ({ status: 301, headers: { location: 'http://169.254.169.254/latest/meta-data' } }))
    expect((await harness.call('github_get_issue', read)).error?.code).toBe('moved')
    expect(proxy.seen).toHaveLength(1)
  })

  it('end in time when the answer does not come', async () => {
    proxy.plan(() => ({ delayMs: 20_000 }))
    const startedMs = Date.now()
    expect((await impatient.call('github_get_issue', read)).error).toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
    expect(Date.now() - startedMs).toBeLessThan(15_000)
    expect(proxy.seen).toHaveLength(2)
  })

  it('end at once when the caller cancels', async () => {
    proxy.plan(() => ({ delayMs: 20_000 }))
    const startedMs = Date.now()
    const signal = AbortSignal.any([new AbortController().signal, abortAfter(100)])
    expect((await harness.call('github_get_issue', read, { signal })).error?.code).toBe('cancelled')
    expect(Date.now() - startedMs).toBeLessThan(8_000)
  })

  it('refuse answers that are too large, also when they unfold from little, and answers that are not what they should be', async () => {
    proxy.plan(() => ({ status: 200, body: JSON.stringify({ title: 'x'.repeat(2_000_000) }) }))
    expect((await harness.call('github_get_issue', read)).error?.code).toBe('result_too_large')
    const bomb = gzipSync(Buffer.alloc(50_000_000, 120))
    proxy.plan(() => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: bomb }))
    expect((await harness.call('github_get_issue', read)).error?.code).toBe('result_too_large')
    proxy.plan(() => ({ status: 200, body: '<html>' }))
    expect((await harness.call('github_get_issue', read)).error?.code).toBe('unavailable')
    proxy.plan(() => ({ status: 200, body: '{"number":"no"}' }))
    expect((await harness.call('github_get_issue', read)).error?.code).toBe('unavailable')
  })

  it('read compressed answers', async () => {
    const issue = { number: 7, title: 'zip', state: 'open', created_at: 'a', updated_at: 'b', html_url: 'c' }
    const body = gzipSync(JSON.stringify(issue))
    proxy.plan(() => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body }))
    expect((await harness.call('github_get_issue', read)).data.title).toBe('zip')
  })
})

describe('writes', () => {
  const isPost = (request: { method: string }) => request.method === 'POST'
  const titled = async (title: string) => {
    proxy.plan(() => 'pass')
    return (await harness.call('github_search_issues', { repo: REPO, query: title })).data.items.length
  }

  it('whose answer is lost are never repeated, not even under the same key', async () => {
    const args = { repo: REPO, title: 'Lostanswer', idempotency_key: 'lost-1' }
    proxy.plan((request) => (isPost(request) ? 'reset_after' : 'pass'))
    const lost = await harness.call('github_create_issue', args)
    expect(lost.error).toMatchObject({ code: 'write_outcome_unknown', retryable: false })
    expect(lost.text).toContain('github_search_issues')
    expect(proxy.seen.filter(isPost)).toHaveLength(1)
    proxy.plan(() => 'pass')
    expect((await harness.call('github_create_issue', args)).error?.code).toBe('write_outcome_unknown')
    expect(proxy.seen).toHaveLength(0)
    expect(await titled('Lostanswer')).toBe(1)
  })

  it.each([
    ['a 500', { status: 500 }],
    ['a 502', { status: 502 }],
    ['an unreadable success', { status: 201, body: 'created' }],
  ] as const)('are unknown after %s', async (_, fault) => {
    proxy.plan((request) => (isPost(request) ? fault : 'pass'))
    const outcome = await harness.call('github_comment_on_issue', { repo: REPO, number: 453, body: 'hello' })
    expect(outcome.error?.code).toBe('write_outcome_unknown')
    expect(proxy.seen).toHaveLength(1)
  })

  it('are unknown after an answer that comes too late', async () => {
    proxy.plan((request) => (isPost(request) ? { delayMs: 20_000 } : 'pass'))
    const outcome = await impatient.call('github_comment_on_issue', { repo: REPO, number: 453, body: 'hello' })
    expect(outcome.error?.code).toBe('write_outcome_unknown')
    expect(proxy.seen).toHaveLength(1)
  })

  it('that were limited or refused did not happen, and their key stays open', async () => {
    const args = { repo: REPO, title: 'Limitedfirst', idempotency_key: 'limited-1' }
    proxy.plan((request) => (isPost(request) ? { status: 429, headers: { 'retry-after': '1' } } : 'pass'))
    expect((await harness.call('github_create_issue', args)).error?.code).toBe('rate_limited')
    expect(proxy.seen.filter(isPost)).toHaveLength(1)
    proxy.plan(() => 'pass')
    // The pause that GitHub asked for is over before the call's time is, so this call waits for it.
    expect((await harness.call('github_create_issue', args)).data.replayed).toBe(false)
    expect(await titled('Limitedfirst')).toBe(1)
  })

  it('that found no connection were not sent, and say so', async () => {
    const gone = await startFaultProxy(github.baseUrl)
    await gone.close()
    const offline = openHarness({ env: { GITHUB_TOKEN: 't', GITHUB_API_URL: gone.url }, bounds: BOUNDS })
    const outcome = await offline.call('github_create_issue', { repo: REPO, title: 'x', idempotency_key: 'k' })
    expect(outcome.error).toMatchObject({ code: 'unavailable', retryable: true })
    expect((await offline.health()).github?.ok).toBe(true)
    await offline.close()
  })

  it('are remembered across a restart', async () => {
    const env = { GITHUB_TOKEN: github.token, GITHUB_API_URL: proxy.url }
    const args = { repo: REPO, title: 'Restarted', idempotency_key: 'restart-1' }
    proxy.plan(() => 'pass')
    const before = openHarness({ env, bounds: BOUNDS })
    const first = await before.call('github_create_issue', args)
    await before.close(true)
    const after = openHarness({ env, bounds: BOUNDS, dir: before.dir })
    expect((await after.call('github_create_issue', args)).data).toEqual({ ...first.data, replayed: true })
    await after.close()
  })
})

function abortAfter(ms: number): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), ms)
  return controller.signal
}
