/** The meta tools against the emulators: find, describe, read page by page, write once, and destroy in two steps. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Harness, openHarness } from './support/open-harness.ts'

const ISSUES = { connector: 'github', operation: 'issues/list-for-repo' }
const REPO = { owner: 'acme', repo: 'web' }
let harness: Harness

beforeAll(() => {
  harness = openHarness()
})
afterAll(() => harness.close())

describe('search_operations', () => {
  it.each([
    ['list issues in a repository', 'github', 'issues/list-for-repo'],
    ['comment on a github issue', 'github', 'issues/create-comment'],
    ['refund a payment', 'stripe', 'create_refund'],
    ['unpaid invoices xero', 'xero', 'list_invoices'],
    ['delete slack message', 'slack', 'chat_delete'],
    ['move a jira ticket to another status', 'jira', 'transition_issue'],
  ])('finds what "%s" wants among the first three', async (query, connector, operation) => {
    const { data, text } = await harness.call('search_operations', { query })
    const found = data.operations.slice(0, 3).map((row: Record<string, string>) => `${row.connector} ${row.operation}`)
    expect(found).toContain(`${connector} ${operation}`)
    expect(text).toContain(`- ${connector} ${operation} · `)
  })

  it('walks all operations of a connector without gap or repeat', async () => {
    const names: string[] = []
    let cursor: string | undefined
    do {
      const { data } = await harness.call('search_operations', { connector: 'stripe', limit: 7, cursor })
      names.push(...data.operations.map(({ operation }: { operation: string }) => operation))
      cursor = data.next_cursor
    } while (cursor)
    expect(names).toHaveLength(17)
    expect(new Set(names).size).toBe(17)
  })

  it('knows which connectors there are', async () => {
    const { error } = await harness.call('search_operations', { connector: 'hubspot' })
    expect(error).toMatchObject({ code: 'not_found', field: 'connector' })
    expect(error?.allowed).toContain('asana')
  })
})

describe('describe_operation', () => {
  it('gives the arguments, an example and the result after projection', async () => {
    const { data, text } = await harness.call('describe_operation', { connector: 'github', operation: 'issues/get' })
    expect(data).toMatchObject({ effect: 'read', cut: false, example: { owner: 'text', issue_number: 1 } })
    expect(Object.keys(data.result.properties)).toContain('user')
    expect(data.result.properties.user.properties).toEqual({ login: expect.anything() })
    expect(text).toContain('GET /repos/{owner}/{repo}/issues/{issue_number} · read')
  })

  it('cuts what is large and shows the rest on request', async () => {
    const where = { connector: 'stripe', operation: 'create_customer' }
    const whole = await harness.call('describe_operation', where)
    expect(Buffer.byteLength(whole.text)).toBeLessThan(16_000)
    const part = await harness.call('describe_operation', { ...where, at: 'body.invoice_settings' })
    expect(Object.keys(part.data.arguments.properties)).toContain('footer')
    const none = await harness.call('describe_operation', { ...where, at: 'body.nonsense' })
    expect(none.error).toMatchObject({ code: 'not_found', field: 'at' })
  })

  it('names the closest operation when there is none', async () => {
    const { error } = await harness.call('describe_operation', { connector: 'slack', operation: 'chat.postMessage' })
    expect(error).toMatchObject({ code: 'not_found', did_you_mean: 'chat_postMessage' })
  })
})

describe('call_read_operation', () => {
  it('reads one thing, projected, cleaned and fenced', async () => {
    const args = { connector: 'github', operation: 'issues/get', arguments: { ...REPO, issue_number: 456 } }
    const { data, text } = await harness.call('call_read_operation', args)
    expect(data).toMatchObject({ untrusted: true, result: { number: 456, user: { login: expect.any(String) } } })
    expect(data.result.repository_url).toBeUndefined()
    expect(text).toContain('<untrusted source="github:issues/get">')
    const few = await harness.call('call_read_operation', { ...args, fields: ['title', 'labels.name'] })
    expect(Object.keys(few.data.result)).toEqual(['title', 'labels'])
    expect(few.data.result.labels[0]).toEqual({ name: expect.any(String) })
  })

  it('walks a list of 456 without gap or repeat, however the pages are cut', async () => {
    const numbers: number[] = []
    let cursor: string | undefined
    do {
      const { data, error } = await harness.call('call_read_operation', {
        ...ISSUES,
        arguments: { ...REPO, state: 'all', per_page: 100 },
        cursor,
      })
      expect(error).toBeUndefined()
      numbers.push(...data.result.map(({ number }: { number: number }) => number))
      cursor = data.next_cursor
    } while (cursor)
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(numbers).toHaveLength(456)
  })

  it('refuses cursors of other calls, arguments that do not fit, and operations that write', async () => {
    const first = await harness.call('call_read_operation', { ...ISSUES, arguments: { ...REPO, per_page: 1 } })
    const other = { ...ISSUES, arguments: { ...REPO, per_page: 2 }, cursor: first.data.next_cursor }
    expect((await harness.call('call_read_operation', other)).error?.code).toBe('invalid_cursor')
    const wrong = await harness.call('call_read_operation', { ...ISSUES, arguments: { ...REPO, stat: 'open' } })
    expect(wrong.error).toMatchObject({ code: 'invalid_arguments', field: 'stat' })
    const choice = await harness.call('call_read_operation', { ...ISSUES, arguments: { ...REPO, state: 'opened' } })
    expect(choice.error).toMatchObject({ field: 'state', allowed: ['open', 'closed', 'all'] })
    const write = { connector: 'github', operation: 'issues/create', arguments: {} }
    expect((await harness.call('call_read_operation', write)).error?.field).toBe('operation')
    const outside = { connector: 'github', operation: 'repos/get', arguments: { owner: 'acme', repo: '..' } }
    expect((await harness.call('call_read_operation', outside)).error?.code).toBe('invalid_arguments')
  })
})

describe('call_write_operation', () => {
  const comment = {
    connector: 'github',
    operation: 'issues/create-comment',
    arguments: { ...REPO, issue_number: 455, body: { body: 'Seen.' } },
  }

  it('shows what it would send, and sends nothing', async () => {
    const { data } = await harness.call('call_write_operation', { ...comment, dry_run: true })
    expect(data.request).toEqual({
      method: 'POST',
      path: '/repos/acme/web/issues/455/comments',
      content_type: 'application/json',
      body: '{"body":"Seen."}',
    })
    expect(await commentsOf(455)).toEqual([])
  })

  it('writes once a key, also when twice at a time', async () => {
    const args = { ...comment, idempotency_key: 'c-1' }
    const first = await harness.call('call_write_operation', args)
    expect(first.data).toMatchObject({ replayed: false, result: { body: 'Seen.' } })
    const again = await harness.call('call_write_operation', args)
    expect(again.data).toMatchObject({ replayed: true, result: first.data.result })
    expect(await commentsOf(455)).toHaveLength(1)
    const other = { ...args, arguments: { ...comment.arguments, body: { body: 'Other.' } } }
    expect((await harness.call('call_write_operation', other)).error?.code).toBe('idempotency_conflict')
  })

  it('destroys in two steps, once, and for nobody else', async () => {
    const [written] = (await commentsOf(455)) as { id: number }[]
    const args = {
      connector: 'github',
      operation: 'issues/delete-comment',
      arguments: { ...REPO, comment_id: written?.id },
    }
    const asked = await harness.call('call_write_operation', args)
    expect(asked.error).toMatchObject({ code: 'confirmation_required', request: { method: 'DELETE' } })
    const confirmation_token = asked.error?.confirmation_token
    const other = { agent: 'other', roles: [], scopes: 'all' as const }
    const confirmed = { ...args, confirmation_token }
    expect((await harness.call('call_write_operation', confirmed, { caller: other })).error?.code).toBe(
      'confirmation_invalid',
    )
    expect(await commentsOf(455)).toHaveLength(1)
    const done = await harness.call('call_write_operation', confirmed)
    expect(done.error).toBeUndefined()
    expect(done.text).toContain('done, no content')
    expect(await commentsOf(455)).toEqual([])
    expect((await harness.call('call_write_operation', confirmed)).error?.code).toBe('confirmation_spent')
  })

  it('speaks forms to Slack, and tells its refusals', async () => {
    const post = (channel: string) =>
      harness.call('call_write_operation', {
        connector: 'slack',
        operation: 'chat_postMessage',
        arguments: { body: { channel, text: 'Hello & goodbye = ok?' } },
      })
    const channels = await harness.call('call_read_operation', { connector: 'slack', operation: 'conversations_list' })
    const general = channels.data.result.find(({ name }: { name: string }) => name === 'general')
    expect((await post(general.id)).data.result.message.text).toBe('Hello & goodbye = ok?')
    expect((await post('C0NOTTHERE')).error?.code).toBe('not_found')
  })

  it('says what is not connected', async () => {
    const args = { connector: 'asana', operation: 'get_task', arguments: { task_gid: '1' } }
    const { error } = await harness.call('call_read_operation', args)
    expect(error).toMatchObject({ code: 'connection_required', message: expect.stringContaining('ASANA_TOKEN') })
  })
})

async function commentsOf(issue: number): Promise<unknown[]> {
  const { data } = await harness.call('call_read_operation', {
    connector: 'github',
    operation: 'issues/list-comments',
    arguments: { ...REPO, issue_number: issue },
  })
  return data.result
}
