/** The part of the contract about callers: what one was given is worth nothing to another. */
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { DomainContract, Latest, Result, SampleCall, WriteSample } from './domain-contract.ts'
import { ask, scopesOf, type TrustingPlace } from './trusting-place.ts'
import { confirmationTokenOf } from './writing-checks.ts'

/** One thing that must hold between callers. */
export interface IsolationCheck {
  title: string
  /** Throws when it does not hold. */
  run(contract: DomainContract, place: TrustingPlace): Promise<void>
}

/** Another agent, and a user of the same agent. */
const OTHERS = [{ sub: 'other' }, { sub: 'maria', act: { sub: 'bot' } }]

const keepsCursors: IsolationCheck = {
  title: 'continues nobody else’s pages',
  async run({ pages = [] }, place) {
    const { owner, others } = await callersOf(place)
    for (const sample of pages) {
      for (const each of sample.prepare ?? []) await owner.call(each, keyed())
      const { next_cursor: cursor } = await owner.call(sample)
      expect(cursor, `${sample.tool}: this sample has one page alone`).toBeTypeOf('string')
      for (const other of others) {
        const { error } = await other.call(sample, { cursor })
        expect(error?.code, `${sample.tool} with a cursor of another caller`).toBe('invalid_cursor')
      }
    }
  },
}

const keepsConfirmations: IsolationCheck = {
  title: 'takes nobody else’s confirmation',
  async run({ creates = [], destroys = [] }, place) {
    const { owner, others } = await callersOf(place)
    if (destroys.length > 0) for (const sample of creates) await owner.call(sample, keyed())
    for (const { tool, args, confirmed = {} } of destroys) {
      const sample = { tool, args: typeof args === 'function' ? args(owner.latest) : args }
      const token = confirmationTokenOf(await owner.call(sample))
      for (const other of others) {
        const { error } = await other.call(sample, { ...confirmed, confirmation_token: token })
        expect(error?.code, `${tool} with a token of another caller`).toBe('confirmation_invalid')
      }
    }
  },
}

const keepsReplays: IsolationCheck = {
  title: 'replays nobody else’s write',
  async run({ creates = [] }, place) {
    const { owner, others } = await callersOf(place)
    for (const sample of creates) {
      const key = keyed()
      await owner.call(sample, key)
      for (const other of others)
        expect((await other.call(sample, key)).replayed ?? false, `${sample.tool} with a key of another caller`).toBe(
          false,
        )
    }
  },
}

const keepsExports: IsolationCheck = {
  title: 'shows nobody else’s exports',
  async run({ exports = [] }, place) {
    const { owner, others } = await callersOf(place)
    for (const sample of exports) {
      const { content } = await owner.answer(sample)
      const uri = content.find((block) => block.type === 'resource_link')?.uri
      expect(uri, `${sample.tool} links to a resource`).toBeTypeOf('string')
      expect((await owner.read(uri as string)).error, `${uri} for its owner`).toBeUndefined()
      for (const other of others) expect((await other.read(uri as string)).error, `${uri} for another`).toBeDefined()
    }
  },
}

interface Voice {
  latest: Latest
  /** The structured result. */
  call(sample: SampleCall | WriteSample, more?: object): Promise<Result>
  answer(sample: SampleCall | WriteSample, more?: object): Promise<{ content: { type: string; uri?: string }[] }>
  read(uri: string): ReturnType<typeof ask>
}

async function callersOf(place: TrustingPlace): Promise<{ owner: Voice; others: Voice[] }> {
  const { tools = [] } = (await ask(place, await place.token([]), 'tools/list')).result
  const scopes = [...new Set(tools.flatMap(scopesOf))]
  const voice = async (claims: object) => voiceOf(place, await place.token(scopes, { claims: { ...claims } }))
  return { owner: await voice({}), others: await Promise.all(OTHERS.map(voice)) }
}

function voiceOf(place: TrustingPlace, token: string): Voice {
  const answers = new Map<string, Result>()
  const latest: Latest = (tool) => answers.get(tool) ?? {}
  const answer: Voice['answer'] = async ({ tool, args }, more) => {
    const given = typeof args === 'function' ? args(latest) : args
    const { result } = await ask(place, token, 'tools/call', { name: tool, arguments: { ...given, ...more } })
    if (result.isError !== true) answers.set(tool, result.structuredContent ?? {})
    return result as never
  }
  return {
    latest,
    answer,
    call: async (sample, more) => ((await answer(sample, more)) as Result).structuredContent ?? {},
    read: (uri) => ask(place, token, 'resources/read', { uri }),
  }
}

function keyed(): { idempotency_key: string } {
  return { idempotency_key: randomUUID() }
}

/** All of this part. */
export const ISOLATION_CHECKS = [keepsCursors, keepsConfirmations, keepsReplays, keepsExports]
