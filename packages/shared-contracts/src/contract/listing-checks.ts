/** The part of the contract about the list of tools: stable, small, valid, and every tool on it can be called. */
import { expect } from 'vitest'
import { TOOL_META_KEY } from '../wire-names.ts'
import type { CellCheck } from './cell.ts'
import { compiledSchema } from './compiled-schema.ts'
import type { DomainContract } from './domain-contract.ts'
import { modelTokens } from './model-tokens.ts'

/** Most bytes of the whole list, as JSON. */
const MAX_LIST_BYTES = 96_000

const listsInOrder: CellCheck = {
  title: 'lists its tools in a fixed order, complete and within the budget',
  async run(contract, { client }) {
    const first = await client.listTools()
    const second = await client.listTools()
    expect(first.tools.map((tool) => tool.name)).toEqual(contract.tools)
    expect(second.tools).toEqual(first.tools)
    const counted = first.tools.filter((tool) => contract.core?.includes(tool.name) ?? true)
    expect(modelTokens(counted), 'tokens').toBeLessThanOrEqual(contract.maxListTokens)
    expect(JSON.stringify(first.tools).length, 'bytes').toBeLessThanOrEqual(MAX_LIST_BYTES)
  },
}

const publishesSchemas: CellCheck = {
  title: 'publishes schemas that compile under 2020-12, and its governance facts',
  async run(_contract, { client }) {
    for (const tool of (await client.listTools()).tools) {
      expect(() => compiledSchema(tool.inputSchema), tool.name).not.toThrow()
      expect(() => compiledSchema(tool.outputSchema), tool.name).not.toThrow()
      const facts = tool._meta?.[TOOL_META_KEY] as { effect: string; scopes: string[]; owner: string }
      expect(['read', 'write', 'destroy'], tool.name).toContain(facts.effect)
      expect(facts.scopes.length, tool.name).toBeGreaterThan(0)
      expect(facts.owner.length, tool.name).toBeGreaterThan(0)
      expect(tool.annotations?.readOnlyHint, tool.name).toBe(facts.effect === 'read')
      expect(tool.annotations?.destructiveHint, tool.name).toBe(facts.effect === 'destroy')
    }
  },
}

const answersWrongArguments: CellCheck = {
  title: 'answers every tool it lists, by its former names too: a wrong argument is an error a model can act on',
  async run({ tools }, { call, client }) {
    const former = (await client.listTools()).tools.flatMap(({ _meta }) => aliasesOf(_meta))
    for (const tool of [...tools, ...former]) {
      const { isError, data } = await call({ tool, args: { no_such_argument_at_all: true } })
      expect(isError, tool).toBe(true)
      expect([data.error.code, data.error.field], tool).toEqual(['invalid_arguments', 'no_such_argument_at_all'])
    }
  },
}

function aliasesOf(meta: Record<string, unknown> | undefined): readonly string[] {
  return (meta?.[TOOL_META_KEY] as { aliases?: string[] } | undefined)?.aliases ?? []
}

const hasSamples: CellCheck = {
  title: 'has a sample of every tool, and of every way in which it must be safe',
  async run(contract, { client }) {
    for (const { name, inputSchema, annotations } of (await client.listTools()).tools) {
      const takes = (argument: string) => Object.hasOwn((inputSchema.properties as object | undefined) ?? {}, argument)
      const kind = annotations?.readOnlyHint
        ? 'reads'
        : annotations?.destructiveHint
          ? 'destroys'
          : takes('idempotency_key')
            ? 'creates'
            : 'writes'
      expect(sampled(contract, kind), `${kind} of this contract`).toContain(name)
      if (takes('cursor')) expect(sampled(contract, 'pages'), 'pages of this contract').toContain(name)
    }
  },
}

function sampled(contract: DomainContract, kind: 'reads' | 'creates' | 'writes' | 'destroys' | 'pages'): string[] {
  return (contract[kind] ?? []).map(({ tool }) => tool)
}

/** All of this part. */
export const LISTING_CHECKS = [listsInOrder, publishesSchemas, answersWrongArguments, hasSamples]
