/** A gateway with one upstream of three tools, and a client of its admin API that holds every answer against the description. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import { ROUTES } from '../../src/admin/routes.ts'
import { bareTool, modern, type ScriptedPort, startScripts } from '../fixtures/scripted-upstream.ts'
import { type AdminAnswer, type AskAdmin, adminClient } from './admin-client.ts'
import { postModern } from './clients.ts'
import { type StoryConfig, type StoryGateway, startGateway } from './start-gateway.ts'

/** Rules of the stage's file. */
export const RULES = [
  { id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'] },
  { id: 'nobody-drops', effect: 'deny', roles: ['*'], tools: ['up__drop'] },
]
const tool = (name: string, more: object = {}) => ({ ...bareTool(name), description: `Does ${name}.`, ...more })

/** What the upstream lists at first. */
export const LISTED = [tool('pay', { title: 'Pay a bill' }), tool('look'), tool('drop')]

/** The stage. */
export interface AdminStage {
  gateway: StoryGateway
  raw: ScriptedPort
  ask: AskAdmin
  /** Ids of the routes that have answered with success. */
  exercised: Set<string>
  /** What the upstream lists from now on. */
  tools: object[]
  /** Names of the tools that a key's agent is listed, or the code of the failure. */
  listed(key: string): Promise<string[] | string | undefined>
  close(): Promise<void>
}

/** Starts it. */
export async function startAdminStage(more: Partial<StoryConfig> = {}): Promise<AdminStage> {
  const stage = { tools: LISTED as object[], exercised: new Set<string>() } as AdminStage
  stage.raw = await startScripts({ up: modern({ lists: () => ({ tools: stage.tools }) }) })
  stage.gateway = await startGateway({
    upstreams: {
      up: { url: `${stage.raw.url('up')}?token=canary-url`, headers: { 'x-key': 'canary-header' }, tags: ['money'] },
      off: { command: ['node', 'canary-command'], env: { SECRET: 'canary-env' }, enabled: false },
    },
    agents: {
      ops: { roles: ['operator'] },
      'helpdesk-*': { roles: ['support'] },
      'capped-*': { limits: { perMinute: 9 } },
    },
    rules: RULES,
    tests: [{ as: 'ops', call: 'up__drop', expect: 'deny' }],
    ...more,
  })
  await stage.gateway.ready('up')
  stage.ask = checked(adminClient(stage.gateway), stage.exercised)
  stage.listed = async (key) => {
    const { json } = await postModern(`${stage.gateway.url}/mcp`, key, 'tools/list', {})
    const result = json?.result as { tools: { name: string }[] } | undefined
    return result?.tools.map(({ name }) => name) ?? (json?.error?.data?.code as string | undefined)
  }
  stage.close = async () => {
    await stage.gateway.close()
    await stage.raw.close()
  }
  return stage
}

/** Status and code of an answer that is a failure. */
export function failureOf({ status, json }: AdminAnswer): [number, string] {
  return [status, json.error.code]
}

/** Holds every answer against the description that the gateway itself gives. */
function checked(client: AskAdmin, exercised: Set<string>): AskAdmin {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  let isKnown = false
  return async (method, path, request) => {
    if (!isKnown) {
      const { json } = await client('GET', '/openapi.json')
      ajv.addSchema({ $id: 'api', components: json.components, paths: json.paths })
      isKnown = true
    }
    const answer = await client(method, path, request)
    const route = ROUTES.find(
      (each) => each.method === method && patternOf(each.path).test(path.split('?', 1)[0] ?? ''),
    )
    if (!route) return answer
    if (answer.status === route.status) exercised.add(route.id)
    const pointer = [
      route.path,
      method.toLowerCase(),
      'responses',
      String(answer.status),
      'content',
      'application/json',
      'schema',
    ]
    if (answer.json === undefined) return answer
    const at = pointer.map((each) => encodeURIComponent(each.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
    const validate = ajv.getSchema(`api#/paths/${at}`)
    expect([method, path, answer.status, validate === undefined]).toEqual([method, path, answer.status, false])
    validate?.(answer.json)
    expect([method, path, validate?.errors ?? []]).toEqual([method, path, []])
    return answer
  }
}

const patternOf = (path: string) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
