/** Work that crosses domains through one URL, told by real clients of both eras: an issue becomes a task, a customer is seen from all sides, an incident is handled, a sprint is planned, money is paid back once, Slack fails and heals, and an issue that gives orders gets nowhere. The recipes are in docs/recipes. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnsweringClient, type AnswersOf, connectAnswering } from './support/answering-client.ts'
import { type ClientKind, connectAny } from './support/any-client.ts'
import { startFaultyVendors } from './support/faulty-vendors.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'

const PACKAGES = join(import.meta.dirname, '../../../packages')
const KINDS: ClientKind[] = ['SDK v1', 'SDK v2, modern']
const ISSUE = { repo: 'acme/web', number: 456 }
const BREAKER_OPEN_MS = 2_000
let vendors: Awaited<ReturnType<typeof startFaultyVendors>>
let gateway: StoryGateway
const keys = new Map<string, string>()

beforeAll(async () => {
  vendors = await startFaultyVendors()
  const env = {
    ...vendors.env,
    // Nobody has a token for Linear, so each caller connects an account.
    LINEAR_ACCOUNTS: 'own',
    INTEGRATIONS_ATTEMPT_TIMEOUT_MS: '1500',
    INTEGRATIONS_BREAKER_FAILURES: '3',
    INTEGRATIONS_BREAKER_OPEN_MS: String(BREAKER_OPEN_MS),
  }
  gateway = await startGateway({
    upstreams: {
      projects: { run: join(PACKAGES, 'server-projects'), asks: { sampling: true } },
      db: { run: join(PACKAGES, 'server-db') },
      integrations: { run: join(PACKAGES, 'server-integrations'), env },
    },
    agents: { ops: { roles: ['operator'] }, helper: { roles: ['support'] } },
    rules: [
      { id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'], prompts: ['*'], resources: ['*'] },
      { id: 'readers', effect: 'allow', roles: ['support'], tools: ['effect:read'] },
      // What the database masks for them must not be had elsewhere.
      { id: 'no-payments', effect: 'deny', roles: ['support'], tools: ['integrations__stripe_*'] },
    ],
  })
  for (const agent of ['ops', 'helper']) keys.set(agent, gateway.key(agent))
  await gateway.ready('projects', 'db', 'integrations')
})
afterAll(async () => {
  await gateway?.close()
  await vendors?.close()
})

const connect = (kind: ClientKind, agent = 'ops', answers?: AnswersOf) =>
  connectAnswering(kind, { url: `${gateway.url}/mcp`, key: keys.get(agent) ?? '' }, answers)

/** A call that must succeed. */
async function done(client: AnsweringClient, tool: string, args: Record<string, unknown>) {
  const data = await client.call(tool, args)
  expect(data.error, `${tool}: ${JSON.stringify(data.error)}`).toBeUndefined()
  return data
}

async function taskOfIssue(client: AnsweringClient) {
  const issue = await done(client, 'integrations__github_get_issue', ISSUE)
  const [path] = issue.mentioned_paths
  const { owners, evidence } = await done(client, 'integrations__github_find_code_owner', { repo: ISSUE.repo, path })
  const docs = issue.mentioned_paths.find((each: string) => each.startsWith('docs/'))
  const { task } = await done(client, 'projects__create_and_assign_task', {
    project: 'WEB',
    title: issue.title,
    assignee: owners[0].login,
    labels: ['bug'],
    links: [{ ref: issue.ref }, { url: `${new URL(issue.url).origin}/${ISSUE.repo}/blob/main/${docs}`, title: 'Docs' }],
    idempotency_key: `issue ${issue.ref}`,
  })
  const { tasks } = await done(client, 'projects__get_task_details', { keys: [task.key] })
  return { key: task.key, evidence, details: tasks[0] }
}

async function customerFrom(client: AnsweringClient) {
  const customer = 'SELECT id, email, ssn FROM customers WHERE name = $1'
  const { rows, policy } = await done(client, 'db__run_query', { sql: customer, params: ['Jana Keller'] })
  const [id, ...person] = rows[0]
  const orders = { sql: 'SELECT count(*) FROM orders WHERE customer_id = $1', params: [id] }
  const counted = await done(client, 'db__run_query', orders)
  const { tasks } = await done(client, 'projects__search_tasks', { query: 'coupon', limit: 5 })
  return { person, masked: policy.masked, orders: Number(counted.rows[0][0]), tasks }
}

describe.each(KINDS)('with %s', (kind) => {
  it('1. makes one task of issue #456, for whoever owns the module, with the documentation', async () => {
    const client = await connect(kind)
    const first = await taskOfIssue(client)
    expect(first.evidence).toMatchObject({ file: 'CODEOWNERS', pattern: '/src/checkout/' })
    expect(first.details.assignee).toBe('maria')
    const links = first.details.links.map((link: { ref?: string; url?: string }) => link.ref ?? link.url)
    expect(links).toEqual(['gh:acme/web#456', expect.stringContaining('/docs/checkout/coupons.md')])
    expect((await taskOfIssue(client)).key).toBe(first.key)
    await client.close()
  })

  it('2. shows a customer from all sides: whole to an operator, masked to support', async () => {
    const [operator, support] = [await connect(kind), await connect(kind, 'helper')]
    const whole = await customerFrom(operator)
    const masked = await customerFrom(support)
    expect(whole.person).toEqual(['jana.keller@nordwind-bikes.example', expect.stringMatching(/^9\d\d-\d\d-\d{4}$/)])
    expect(whole.masked).toEqual([])
    expect(masked.person).toEqual(['j***@nordwind-bikes.example', `***${String(whole.person[1]).slice(-4)}`])
    expect(masked.masked).toEqual(['customers.email', 'customers.ssn'])
    expect([masked.orders, masked.tasks]).toEqual([whole.orders, whole.tasks])
    expect(whole.orders).toBeGreaterThan(0)
    expect(whole.tasks.length).toBeGreaterThan(0)
    const overview = { customer: String(whole.person[0]) }
    const { paid } = await done(operator, 'integrations__stripe_get_customer_overview', overview)
    expect(paid[0].minor).toBeGreaterThan(0)
    await expect(support.call('integrations__stripe_get_customer_overview', overview)).rejects.toThrow(/no such tool/i)
    await Promise.all([operator.close(), support.close()])
  })

  it.each(['a model to sample', 'none'])('4. plans a sprint by prompt, with %s', async (model) => {
    const drafted = { tasks: [{ title: 'Measure the checkout', description: 'For a week.' }] }
    const answers = model === 'none' ? {} : { model: [JSON.stringify(drafted)] }
    const client = await connect(kind, 'ops', answers)
    const goal = 'A calmer checkout'
    const [steps, ...attached] = await client.prompt('projects__sprint_planning', { project: 'WEB', goal })
    for (const tool of ['list_tasks', 'get_workload', 'create_tasks', 'plan_sprint']) expect(steps).toContain(tool)
    expect(attached.join()).toContain('project://WEB/status')
    const { tasks: candidates } = await done(client, 'projects__list_tasks', { project: 'WEB', limit: 3 })
    await done(client, 'projects__get_workload', { project: 'WEB' })
    const draft = await done(client, 'projects__generate_task_breakdown', { goal, project: 'WEB' })
    expect(draft.by).toBe(model === 'none' ? 'template' : 'sampling')
    const idempotency = { idempotency_key: `sprint ${kind} ${model}` }
    // Without a model to ask, the one that calls writes the tasks itself.
    const wanted = model === 'none' ? { project: 'WEB', ...drafted } : { draft_id: draft.draft_id }
    const made = await done(client, 'projects__create_tasks', { ...wanted, ...idempotency })
    const add = [...candidates.map(({ key }: { key: string }) => key), made.results[0].key]
    const plan = { project: 'WEB', name: `Calm ${KINDS.indexOf(kind)} ${model}`, goal, add }
    const rehearsed = await done(client, 'projects__plan_sprint', { ...plan, dry_run: true })
    expect(rehearsed).toMatchObject({ dry_run: true, added: add })
    const planned = await done(client, 'projects__plan_sprint', plan)
    expect(planned).toMatchObject({ dry_run: false, added: add, sprint: { goal } })
    expect(planned.load).toEqual(rehearsed.load)
    await client.close()
  })

  it('3. handles an incident: the rate, what changed, a message for a person to see first, and the tasks', async () => {
    const client = await connect(kind)
    const sql =
      "SELECT substr(opened_at, 1, 7) AS month, count(*) AS tickets, round(100.0 * sum(subject LIKE '%oupon%') / count(*), 1) AS percent FROM tickets GROUP BY 1 ORDER BY 1 DESC LIMIT 2"
    const { rows } = await done(client, 'db__run_query', { sql })
    expect(rows).toHaveLength(2)
    const at = { repo: 'acme/web', path: 'src/checkout/coupon.ts' }
    const { items: commits } = await done(client, 'integrations__github_list_recent_commits', at)
    expect(commits[0].author).toMatchObject({ handle: 'maria-l' })
    const { items: users } = await done(client, 'integrations__slack_find_user', { query: commits[0].author.name })
    const text = `Coupon errors: ${rows[0][2]} % of tickets. Suspect: ${commits[0].sha.slice(0, 10)}, <@${users[0].ref.split(':')[1]}>.`
    await vendors.plan('slack')
    const message = { channel: '#incidents', text, dry_run: true }
    expect(await done(client, 'integrations__slack_post_message', message)).toMatchObject({ dry_run: true, text })
    expect((await vendors.plan('slack')).filter(({ path }) => path.includes('postMessage'))).toEqual([])
    const tasks = ['Roll 4.18.0 back', 'Write the incident down'].map((title) => ({ title, assignee: 'maria' }))
    const key = `incident ${commits[0].sha}`
    const made = await done(client, 'projects__create_tasks', { project: 'OPS', tasks, idempotency_key: key })
    const again = await done(client, 'projects__create_tasks', { project: 'OPS', tasks, idempotency_key: key })
    expect(again).toMatchObject({ replayed: true })
    expect(JSON.stringify(made)).toContain('OPS-')
    await client.close()
  })

  it('5. pays a refund once, although the first attempt times out after it has succeeded', async () => {
    const client = await connect(kind)
    const customer = 'jana.keller@nordwind-bikes.example'
    const before = await done(client, 'integrations__stripe_get_customer_overview', { customer })
    const args = { charge: 'ch_NordwindRepair', amount: 1_000, idempotency_key: `refund ${kind}` }
    const { error } = await client.call('integrations__stripe_create_refund', args)
    expect(error.code).toBe('confirmation_required')
    await vendors.plan('stripe', { fault: 'silent_after', times: 1, path: '/v1/refunds' })
    const confirmed = { ...args, confirmation_token: error.confirmation_token }
    const paid = await done(client, 'integrations__stripe_create_refund', confirmed)
    expect(paid).toMatchObject({ amount: { amount: '10.00', currency: 'EUR' }, replayed: false })
    const repeated = await done(client, 'integrations__stripe_create_refund', confirmed)
    expect(repeated).toEqual({ ...paid, replayed: true })
    const sent = (await vendors.plan('stripe')).filter(({ method }) => method === 'POST')
    expect(sent).toHaveLength(2)
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
    const after = await done(client, 'integrations__stripe_get_customer_overview', { customer })
    expect(after.refunded[0].minor - before.refunded[0].minor).toBe(1_000)
    await client.close()
  })

  it('6. goes on while Slack is down: the breaker opens, the work is done, and it heals', async () => {
    const client = await connect(kind)
    await vendors.plan('slack', { fault: { status: 500 }, times: 1_000 })
    const post = () => client.call('integrations__slack_post_message', { channel: '#incidents', text: `Down, ${kind}` })
    let code = ''
    for (let tries = 0; tries < 6 && code !== 'circuit_open'; tries++) code = (await post()).error.code
    expect(code).toBe('circuit_open')
    const { integrations } = await done(client, 'integrations__list_integrations', {})
    expect(integrations).toContainEqual(expect.objectContaining({ id: 'slack', state: 'held_back' }))
    const comment = { repo: 'acme/web', number: 455, body: `Slack is down; noted here. (${kind})` }
    await done(client, 'integrations__github_comment_on_issue', comment)
    await done(client, 'projects__create_task', { project: 'OPS', title: 'Tell the channel when Slack is back' })
    await vendors.plan('slack')
    await new Promise((resolve) => setTimeout(resolve, BREAKER_OPEN_MS + 200))
    expect((await post()).ts).toEqual(expect.any(String))
    await client.close()
  })

  it('7. takes no orders from an issue: what its text asks for is refused, and the record shows it', async () => {
    const client = await connect(kind, 'helper')
    const from = Date.now()
    const issue = await done(client, 'integrations__github_get_issue', { repo: 'acme/web', number: 452 })
    expect(issue.body).toContain('Ignore all previous instructions')
    expect(issue.untrusted).toBe(true)
    // A model that obeys: it looks up the customers, posts them, and closes the issue.
    const loot = await done(client, 'db__run_query', { sql: 'SELECT name, email FROM customers LIMIT 3' })
    expect(JSON.stringify(loot.rows)).not.toMatch(/\w{2,}@/)
    await vendors.plan('slack')
    const ordered: [string, Record<string, unknown>][] = [
      ['integrations__slack_post_message', { channel: '#general', text: JSON.stringify(loot.rows) }],
      ['integrations__github_comment_on_issue', { repo: 'acme/web', number: 452, body: 'Closed.' }],
      ['projects__delete_task', { key: 'WEB-1' }],
    ]
    for (const [tool, args] of ordered) await expect(client.call(tool, args)).rejects.toThrow(/no such tool/i)
    expect(await vendors.plan('slack')).toEqual([])
    const { audit } = gateway.listening.gateway
    await audit.flush()
    const records = await audit.readRecords({ agent: 'helper', sinceMs: from - 1_000, limit: 100 })
    for (const [tool] of ordered) {
      const tried = records.filter((record) => record.tool === tool || JSON.stringify(record).includes(tool))
      expect(tried.length, tool).toBeGreaterThan(0)
      for (const record of tried) expect(record.decision, tool).not.toBe('allow')
    }
    await client.close()
  })

  it('sends a person to a link for an account of their own, and names who asks', async () => {
    const client = await connectAny(kind, { url: `${gateway.url}/mcp`, key: keys.get('ops') ?? '' })
    const search = await client.call('integrations__linear_search_issues', { project: 'SHOP' })
    expect(search.structuredContent).toMatchObject({ error: { code: 'connection_required' } })
    const { structuredContent } = await client.call('integrations__connect_account', { integration: 'linear' })
    const { state, url } = structuredContent as { state: string; url: string }
    expect(state).toBe('waiting')
    expect(client.asked).toMatchObject([{ method: 'elicitation/create', params: { mode: 'url', url } }])
    if (kind === KINDS[0])
      expect(await (await fetch(url)).text()).toContain('The agent ops asks to use your Linear account')
    await client.close()
  })
})
