/** The story: one bug, three systems, one URL. An orchestrator reads the issue, finds who owns the code, makes the task, looks up the customer and tells the team. */
import type { StoryClient, ToolOutcome } from './clients.ts'

/** What came of it, for whoever checks. */
export interface StoryEnd {
  issueTitle: string
  owner: string
  taskKey: string
  assignee: string
  links: string[]
  customer: Record<string, unknown>
  slackText: string
}

const ISSUE = { repo: 'acme/web', number: 456 }

/**
 * Tells it once.
 * @param say told each step in a sentence
 * @throws when a step does not go as it should
 */
export async function tellStory(client: StoryClient, say: (line: string) => void): Promise<StoryEnd> {
  const step = async (tool: string, args: Record<string, unknown>): Promise<ToolOutcome> => {
    say(`  → ${tool}(${JSON.stringify(args)})`)
    const outcome = await client.call(tool, args)
    if (outcome.isError) throw new Error(`${tool} failed: ${outcome.text}`)
    say(indent(outcome.text))
    return outcome
  }

  say(`1. What is GitHub issue ${ISSUE.repo}#${ISSUE.number} about?`)
  const issue = (await step('integrations__github_get_issue', ISSUE)).data as {
    title: string
    url: string
    body: string
  }

  say('2. Who owns the code that it names?')
  const path = /src\/[\w/.-]+\.ts/.exec(issue.body)?.[0] ?? ''
  const { owners } = (await step('integrations__github_find_code_owner', { repo: ISSUE.repo, path })).data as {
    owners: { login: string; name: string }[]
  }
  const owner = owners[0]
  if (!owner) throw new Error('The story needs an owner of the code')

  say(`3. A task for ${owner.name}, with the issue and the documentation linked.`)
  const task = await createTask(step, {
    title: issue.title,
    login: owner.login,
    docs: `${new URL(issue.url).origin}/${ISSUE.repo}/blob/main/${/docs\/[\w/.-]+\.md/.exec(issue.body)?.[0]}`,
  })

  say('4. Which customer is affected, and how much do they buy?')
  const email = /[\w.]+@[\w.-]+\.example/.exec(issue.body)?.[0]
  const sql =
    'SELECT c.company, c.name, c.email, count(o.id) AS orders FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE c.email = $1 GROUP BY c.id'
  const { columns, rows } = (await step('db__run_query', { sql, params: [email] })).data as {
    columns: { name: string }[]
    rows: unknown[][]
  }
  const customer = Object.fromEntries(columns.map((column, i) => [column.name, rows[0]?.[i]]))

  say('5. Tell the team.')
  const slackText = `${task.key}: ${issue.title} (${ISSUE.repo}#${ISSUE.number}), assigned to ${owner.name}; reported by ${String(customer.company)} with ${String(customer.orders)} orders.`
  await step('integrations__slack_post_message', { channel: '#web-checkout', text: slackText })
  return {
    issueTitle: issue.title,
    owner: owner.login,
    taskKey: task.key,
    assignee: task.assignee,
    links: task.links,
    customer,
    slackText,
  }
}

type Step = (tool: string, args: Record<string, unknown>) => Promise<ToolOutcome>

async function createTask(
  step: Step,
  about: { title: string; login: string; docs: string },
): Promise<{ key: string; assignee: string; links: string[] }> {
  const { data } = await step('projects__create_and_assign_task', {
    project: 'WEB',
    title: about.title,
    assignee: about.login,
    labels: ['bug'],
    links: [{ ref: `gh:${ISSUE.repo}#${ISSUE.number}` }, { url: about.docs, title: 'How coupons work' }],
    // Telling the story twice must not make the task twice.
    idempotency_key: `story-${ISSUE.repo}-${ISSUE.number}`,
  })
  const { key } = (data as { task: { key: string } }).task
  const { tasks } = (await step('projects__get_task_details', { keys: [key] })).data as {
    tasks: { assignee: string; links: { ref?: string; url?: string }[] }[]
  }
  const [details] = tasks
  if (!details) throw new Error(`The story needs task ${key}`)
  return { key, assignee: details.assignee, links: details.links.map((link) => link.ref ?? link.url ?? '') }
}

/** What a support agent sees of the same URL: less, and nothing that it could not call. */
export async function tellSupportStory(
  client: StoryClient,
  say: (line: string) => void,
): Promise<{ names: string[]; refusal: string; customer: unknown[] }> {
  const names = await client.toolNames()
  say(`6. support-bot sees ${names.length} tools: ${names.join(', ')}`)
  say('   It tries to create a task all the same:')
  const refusal = await client
    .call('projects__create_and_assign_task', { project: 'WEB', title: 'x', assignee: 'maria' })
    .then(
      () => 'it was not refused',
      (error: Error) => error.message,
    )
  say(indent(refusal))
  say('   And it asks for the customer: the same question, with personal data masked.')
  const { data, text } = await client.call('db__run_query', {
    sql: 'SELECT name, email, phone, ssn FROM customers WHERE company = $1',
    params: ['Nordwind Bikes'],
  })
  say(indent(text))
  return { names, refusal, customer: (data as { rows: unknown[][] }).rows[0] ?? [] }
}

function indent(text: string): string {
  return text.replace(/^/gm, '      ')
}
