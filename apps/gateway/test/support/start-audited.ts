/** A gateway whose upstream fails in every way, an agent that may do nearly everything and one that may not, and their record: where stories of the audit begin. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Audit } from '../../src/audit/audit.ts'
import type { AuditRecord } from '../../src/audit/read-records.ts'
import { sendResult } from '../fixtures/scripted-upstream.ts'
import { postModern } from './clients.ts'
import { type Scripted, startScripted } from './start-scripted.ts'

/** Members of a record, in the order of the contract; `error` stands behind `status` where there is one. */
export const RECORD_ORDER =
  'v seq time instance requestId traceId origin agent keyId user act era route method upstream tool definitionHash policyVersion rule decision reason approvalId argsDigest args kind status resultBytes ms client prevHash hash'

export interface Audited extends Scripted {
  audit(): Audit
  /** Calls a tool as the agent `ops`. */
  call(name: string, params?: object): ReturnType<typeof postModern>
  /** Paths of the segments. */
  segments(): string[]
  /** The lines in them. */
  lines(): string[]
  /** All records there are, oldest first. */
  everything(): Promise<AuditRecord[]>
  /** The records of a request, oldest first. */
  recordsOf(answer: { headers: Headers }): Promise<AuditRecord[]>
}

const READ = { name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }
const OTHERS = ['drop', 'broken', 'refusing', 'garbage', 'silent', 'guarded'].map((name) => ({
  name,
  inputSchema: { type: 'object', properties: { n: { type: 'integer' } } },
}))

/** Starts it. */
export async function startAudited(): Promise<Audited> {
  const scripted = await startScripted(
    { tools: [READ, ...OTHERS], prompts: [{ name: 'plan' }], resources: [{ uri: 'note://a', name: 'a' }] },
    {
      up: { tools: { look: { effect: 'read' }, silent: { timeout: '100ms' } } },
      agents: { ops: { roles: ['operator'] }, other: { roles: ['viewer'] } },
      rules: [
        { id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'], prompts: ['*'], resources: ['*'] },
        { id: 'guard', effect: 'deny', roles: ['operator'], tools: ['up__guarded'], when: 'args.n > 5' },
        { id: 'no-drops', effect: 'deny', roles: ['viewer'], tools: ['up__drop'] },
        { id: 'viewers', effect: 'allow', roles: ['viewer'], tools: ['*'] },
      ],
    },
  )
  arm(scripted)
  const audit = () => scripted.gateway.listening.gateway.audit
  const read = async (query: { request?: string; limit: number }) => {
    await audit().flush()
    return (await audit().readRecords(query)).reverse()
  }
  const segments = () => {
    const folder = join(scripted.gateway.dir, 'data/audit')
    return readdirSync(folder).map((name) => join(folder, name))
  }
  return {
    ...scripted,
    audit,
    call: (name, params = {}) =>
      postModern(scripted.url, scripted.key, 'tools/call', { name, arguments: {}, ...params }),
    segments,
    lines: () => segments().flatMap((path) => readFileSync(path, 'utf8').trimEnd().split('\n')),
    everything: () => read({ limit: 10_000 }),
    recordsOf: ({ headers }) => read({ request: headers.get('x-request-id') as string, limit: 10 }),
  }
}

function arm({ upstream: { answers } }: Scripted): void {
  answers.set('broken', ({ idText }, response) =>
    sendResult(response, idText, { content: [], isError: true, resultType: 'complete' }),
  )
  answers.set('refusing', ({ idText }, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`{"jsonrpc":"2.0","id":${idText},"error":{"code":-32050,"message":"no"}}`)
  })
  answers.set('garbage', (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{'))
  answers.set('silent', () => {})
}
