/** Calls that their own user approves, by a form in the client: in both eras, once, and only where the rule says so. */
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLIENTS, type ClientKind } from './support/any-client.ts'
import { connectV1, postModern } from './support/clients.ts'
import { until } from './support/start-gateway.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { runStoryCli } from './support/story-cli.ts'
import { verifies } from './support/verifies.ts'

const rule = (id: string, tool: string, approvers: string[]) => ({
  ...{ id, effect: 'approve', roles: ['operator'], tools: [`up__${tool}`], approvers },
})
const RULES = [
  rule('own', 'send', ['self']),
  rule('either', 'post', ['self', 'leads']),
  rule('leads', 'pay', ['leads']),
]

let on: Scripted
beforeAll(async () => {
  const tools = ['send', 'post', 'pay'].map((name) => ({ name, inputSchema: { type: 'object' } }))
  on = await startScripted({ tools }, { rules: RULES, approvers: { alice: { roles: ['leads'] } } })
})
afterAll(() => on.close())

type Answer = { action: 'accept' | 'decline' | 'cancel'; content?: { approve: boolean } }
const YES: Answer = { action: 'accept', content: { approve: true } }

interface Asked {
  message: string
  requestedSchema?: object
}
interface Person {
  asked: Asked[]
  /** What a call came to: the result's text, or the failure's code. */
  call(name: string, args: object): Promise<string>
  close(): Promise<void>
}

/** A client whose user answers so when asked. */
async function connectPerson(kind: ClientKind, answer: () => Answer | Promise<Answer>): Promise<Person> {
  const asked: Asked[] = []
  const answered = ({ params }: { params: unknown }) => {
    asked.push(params as Asked)
    return answer()
  }
  const info = { name: 'story', version: '1.0.0' }
  const init = { requestInit: { headers: { Authorization: `Bearer ${on.key}` } } }
  const capabilities = { elicitation: { form: {} } }
  let client: Pick<ClientV2, 'callTool' | 'close'>
  if (kind === 'SDK v1') {
    const v1 = new ClientV1(info, { capabilities })
    v1.setRequestHandler(ElicitRequestSchema, answered)
    await v1.connect(new TransportV1(new URL(on.url), init))
    client = v1 as never
  } else {
    const mode = kind === 'SDK v2, modern' ? { pin: '2026-07-28' } : ('legacy' as const)
    const v2 = new ClientV2(info, { capabilities, versionNegotiation: { mode } })
    v2.setRequestHandler('elicitation/create', answered)
    await v2.connect(new TransportV2(new URL(on.url), init))
    client = v2
  }
  return {
    asked,
    async call(name, args) {
      try {
        const { content } = await client.callTool({ name, arguments: { ...args } })
        return String((content as { text?: string }[])[0]?.text)
      } catch (error) {
        return (error as { data?: { code?: string } }).data?.code ?? String(error)
      }
    },
    close: () => client.close(),
  }
}

let next = 0
const fresh = () => ({ to: `someone-${++next}` })
const received = () => on.upstream.received.length

describe.each(CLIENTS)('%s', (kind) => {
  it(verifies('policy.approval', 'asks its user, for each call anew'), async () => {
    const person = await connectPerson(kind, () => YES)
    const args = fresh()
    const before = received()
    expect(await person.call('up__send', args)).toBe('echo')
    expect(person.asked).toHaveLength(1)
    expect(person.asked[0]?.message).toBe(
      `The agent ops wants to call up__send with ${JSON.stringify(args)}. Approve this call?`,
    )
    expect(person.asked[0]?.requestedSchema).toMatchObject({ required: ['approve'] })
    expect(await person.call('up__send', args)).toBe('echo')
    expect(person.asked).toHaveLength(2)
    expect(received()).toBe(before + 2)
    expect((await runStoryCli(on.gateway, 'approvals', 'ls', '--all')).data[0]).toMatchObject({
      ...{ state: 'spent', decidedBy: 'self', decidedThrough: 'elicitation', arguments: JSON.stringify(args) },
    })
    await person.close()
  })

  it.each<[string, Answer]>([
    ['declines', { action: 'decline' }],
    ['dismisses', { action: 'cancel' }],
    ['leaves it open', { action: 'accept', content: { approve: false } }],
  ])('calls nothing when its user %s, and asks the next time', async (_, answer) => {
    let now = answer
    const person = await connectPerson(kind, () => now)
    const args = fresh()
    const before = received()
    expect(await person.call('up__send', args)).toBe('approval_rejected')
    expect(received()).toBe(before)
    now = YES
    expect(await person.call('up__send', args)).toBe('echo')
    expect(person.asked).toHaveLength(2)
    await person.close()
  })

  it('asks nobody where the rule names others', async () => {
    const person = await connectPerson(kind, () => YES)
    expect(await person.call('up__pay', fresh())).toBe('approval_required')
    expect(person.asked).toEqual([])
    await person.close()
  })
})

describe('a client that cannot ask', () => {
  const call = async (name: string, args: object) => {
    const { json } = await postModern(on.url, on.key, 'tools/call', { name, arguments: args })
    return { code: 'served', ...json?.error?.data } as { code: string; approvalId?: string }
  }

  it('waits for its user at the command line, who acts under its name, or for another approver', async () => {
    const args = fresh()
    const { code, approvalId = '' } = await call('up__send', args)
    expect(code).toBe('approval_required')
    const approve = (by: string, id = approvalId) => runStoryCli(on.gateway, 'approvals', 'approve', id, '--by', by)
    expect((await approve('alice')).error).toMatchObject({ code: 'approval_not_approver', hint: 'Use --by ops' })
    expect((await approve('ops')).code).toBe(0)
    expect((await call('up__send', args)).code).toBe('served')
    const either = await call('up__post', args)
    expect((await approve('alice', either.approvalId)).code).toBe(0)
    expect((await call('up__post', args)).code).toBe('served')
  })
})

it('a legacy client that gives up is not asked for ever', async () => {
  const client = await connectV1(on.url, on.key, { elicitation: {} })
  let isAsked = false
  client.setRequestHandler(ElicitRequestSchema, () => {
    isAsked = true
    return new Promise(() => {})
  })
  const abort = new AbortController()
  const before = received()
  const pending = client.callTool({ name: 'up__send', arguments: fresh() }, undefined, { signal: abort.signal })
  pending.catch(() => {})
  await until(() => isAsked, 'the client is asked')
  abort.abort()
  await expect(pending).rejects.toThrow()
  await until(() => on.gateway.listening.gateway.admission.inFlight === 0, 'the call has ended')
  expect(received()).toBe(before)
  await client.close()
})

it('what a user approves is judged again, by the rules of that moment', async () => {
  const answer = Promise.withResolvers<Answer>()
  for (const kind of CLIENTS) {
    const person = await connectPerson(kind, async () => {
      on.gateway.write({
        upstreams: { up: { url: on.upstream.url } },
        agents: { ops: { roles: ['operator'] } },
        rules: [],
      })
      on.gateway.listening.reload()
      return answer.promise
    })
    answer.resolve(YES)
    const before = received()
    expect(await person.call('up__send', fresh())).toBe('unknown_tool')
    expect(received()).toBe(before)
    await person.close()
    on.gateway.write({
      upstreams: { up: { url: on.upstream.url } },
      agents: { ops: { roles: ['operator'] } },
      rules: RULES,
    })
    on.gateway.listening.reload()
  }
})
