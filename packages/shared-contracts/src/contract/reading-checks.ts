/** The part of the contract about reading: answers as promised, within bounds, and nothing is different afterwards. */
import { expect } from 'vitest'
import { HARD_RESULT_BYTES } from '../bounded-rows.ts'
import type { Answer, Cell, CellCheck } from './cell.ts'
import { compiledSchema } from './compiled-schema.ts'
import type { DomainContract, WriteSample } from './domain-contract.ts'

const INVALID_PARAMS = -32602

const answersReads: CellCheck = {
  title: 'answers every reading tool as its schema promises',
  async run({ reads }, cell) {
    await expectPromised(reads, cell)
  },
}

const changesNothing: CellCheck = {
  title: 'changes nothing by reading',
  async run(contract, cell) {
    const before = await snapshotOf(contract, cell)
    expectSame(await snapshotOf(contract, cell), before, 'read twice')
  },
}

const readsResources: CellCheck = {
  title: 'reads its resources and renders its prompts',
  async run(contract, { client }) {
    for (const uri of contract.resources) {
      const text = textOf((await client.readResource({ uri })).contents)
      expect(text.length, uri).toBeGreaterThan(0)
      expect(Buffer.byteLength(text), uri).toBeLessThanOrEqual(HARD_RESULT_BYTES)
    }
    const listed = contract.prompts.length > 0 ? (await client.listPrompts()).prompts : []
    const names = new Set(contract.prompts.map((prompt) => prompt.name))
    expect(listed.map((prompt) => prompt.name).sort()).toEqual([...names].sort())
    for (const { name, args } of contract.prompts)
      expect((await client.getPrompt({ name, arguments: args })).messages.length, name).toBeGreaterThan(0)
  },
}

const refusesNoAddresses: CellCheck = {
  title: 'refuses addresses of no resource in words, and soon',
  async run(_, { client }) {
    const templates = (await client.listResourceTemplates().catch(() => undefined))?.resourceTemplates ?? []
    for (const { uriTemplate } of templates)
      for (const value of ['%E0%A4%A', 'x'.repeat(5_000)]) {
        const refusal = await client
          .readResource({ uri: uriTemplate.replace(/\{\w+\}/g, value) })
          .catch((error) => error)
        expect(refusal, uriTemplate).toMatchObject({ code: INVALID_PARAMS })
        expect(refusal.message.length, uriTemplate).toBeLessThan(2_000)
      }
  },
}

/** Calls the samples in turn; each must answer what its tool's output schema promises, in at most the bytes there are. */
export async function expectPromised(samples: readonly WriteSample[], cell: Cell): Promise<void> {
  const { tools } = await cell.client.listTools()
  const schemas = new Map(tools.map((tool) => [tool.name, tool.outputSchema]))
  for (const sample of samples) {
    const answer = await cell.call(sample)
    expect(answer.data.error?.code, `${sample.tool}: ${answer.text}`).toBe(sample.answers)
    const validate = compiledSchema(schemas.get(sample.tool) ?? false)
    validate(answer.data)
    expect(validate.errors ?? [], sample.tool).toEqual([])
    expectBounded(sample.tool, answer)
  }
}

function expectBounded(tool: string, { text, data }: Answer): void {
  expect(Buffer.byteLength(text), tool).toBeLessThanOrEqual(HARD_RESULT_BYTES)
  expect(Buffer.byteLength(JSON.stringify(data)), tool).toBeLessThanOrEqual(HARD_RESULT_BYTES)
}

/** Everything that the samples show, without what differs from one look to the next. */
export async function snapshotOf({ reads, resources }: DomainContract, { call, client }: Cell): Promise<string[]> {
  const shown: string[] = []
  for (const sample of reads) shown.push(`${sample.tool} ${JSON.stringify((await call(sample)).data)}`)
  for (const uri of resources) shown.push(`${uri} ${textOf((await client.readResource({ uri })).contents)}`)
  return shown.map(withoutVolatile)
}

/** Fails with what is not the same. */
export function expectSame(after: readonly string[], before: readonly string[], when: string): void {
  for (const [i, shown] of before.entries()) expect(after[i], `${shown.split(' ', 1)} ${when}`).toBe(shown)
}

// Durations and the time of day differ without anything having changed, and a sealed cursor never looks the same twice.
function withoutVolatile(text: string): string {
  return text
    .replace(/"(elapsed_ms|age_s|now)":[0-9.]+/g, '"$1":0')
    .replace(/"next_cursor":"[^"]*"/g, '"next_cursor":""')
    .replace(/\b\d\d:\d\d(:\d\d(\.\d+)?)?Z?/g, '')
}

function textOf(contents: readonly object[]): string {
  return contents.map((each) => ('text' in each ? String(each.text) : '')).join('\n')
}

/** All of this part. */
export const READING_CHECKS = [answersReads, changesNothing, readsResources, refusesNoAddresses]
