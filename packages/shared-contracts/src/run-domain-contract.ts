/** The contract every domain server passes: run it in a test file and it tells what would break whom, in both eras and over both transports. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modelTokens } from './contract/model-tokens.ts'
import { declareTrustChecks } from './declare-trust-checks.ts'
import { startHttp } from './start-http.ts'
import { TOOL_META_KEY } from './wire-names.ts'

/** A call that must succeed on a fresh data directory. */
export interface SampleCall {
  tool: string
  args: Record<string, unknown>
}

export interface DomainContract {
  /** Absolute path of the domain server's `main.ts`. */
  main: string
  /** The tools it offers, in the order it lists them. */
  tools: readonly string[]
  /** At least one sample for every tool that reads. */
  reads: readonly SampleCall[]
  /** URIs that must be readable. */
  resources: readonly string[]
  /** Prompts that must render, with their arguments. */
  prompts: readonly { name: string; args: Record<string, string> }[]
  /** Most tokens the tool list may cost a model, see {@link modelTokens}. */
  maxListTokens: number
  /** The tools that these tokens are for; all unless given. */
  core?: readonly string[]
  /** Extra environment of the process. */
  env?: Record<string, string>
}

type Era = 'modern' | 'legacy'
const CELLS = [
  { era: 'modern', transport: 'http' },
  { era: 'legacy', transport: 'http' },
  { era: 'modern', transport: 'stdio' },
  { era: 'legacy', transport: 'stdio' },
] as const

/** Declares the contract's tests for one domain server. */
export function runDomainContract(contract: DomainContract): void {
  for (const cell of CELLS) {
    describe(`contract, ${cell.era} over ${cell.transport}`, () => {
      const place = { dir: '', client: undefined as unknown as Client, stop: async () => {} }
      beforeAll(async () => {
        place.dir = mkdtempSync(join(tmpdir(), 'causeway-contract-'))
        Object.assign(place, await connect(contract, place.dir, cell))
      })
      afterAll(async () => {
        await place.client?.close()
        await place.stop()
        rmSync(place.dir, { recursive: true, force: true })
      })
      declareChecks(contract, () => place.client)
    })
  }
  declareTrustChecks(contract)
  declareHealthChecks(contract)
}

function declareChecks(contract: DomainContract, client: () => Client): void {
  const ajv = new Ajv2020({ strict: false })

  it('lists its tools in a fixed order, complete and within the budget', async () => {
    const first = await client().listTools()
    const second = await client().listTools()
    expect(first.tools.map((tool) => tool.name)).toEqual(contract.tools)
    expect(second.tools).toEqual(first.tools)
    const counted = first.tools.filter((tool) => contract.core?.includes(tool.name) ?? true)
    expect(modelTokens(counted)).toBeLessThanOrEqual(contract.maxListTokens)
  })

  it('publishes schemas that compile under 2020-12, and its governance facts', async () => {
    for (const tool of (await client().listTools()).tools) {
      expect(() => ajv.compile(tool.inputSchema), tool.name).not.toThrow()
      expect(() => ajv.compile(tool.outputSchema as object), tool.name).not.toThrow()
      const facts = tool._meta?.[TOOL_META_KEY] as { effect: string; scopes: string[]; owner: string }
      expect(['read', 'write', 'destroy'], tool.name).toContain(facts.effect)
      expect(facts.scopes.length, tool.name).toBeGreaterThan(0)
      expect(tool.annotations?.readOnlyHint, tool.name).toBe(facts.effect === 'read')
      expect(tool.annotations?.destructiveHint, tool.name).toBe(facts.effect === 'destroy')
    }
  })

  it('has a sample for every reading tool, and each answers what its schema promises', async () => {
    const { tools } = await client().listTools()
    for (const tool of tools.filter((each) => each.annotations?.readOnlyHint)) {
      const samples = contract.reads.filter((sample) => sample.tool === tool.name)
      expect(samples.length, `samples of ${tool.name}`).toBeGreaterThan(0)
      for (const sample of samples) {
        const result = await client().callTool({ name: sample.tool, arguments: sample.args })
        expect(result.isError, JSON.stringify(result.content)).toBeFalsy()
        expect(ajv.validate(tool.outputSchema as object, result.structuredContent), ajv.errorsText()).toBe(true)
        expect(Buffer.byteLength(JSON.stringify(result.content))).toBeLessThanOrEqual(45_000)
      }
    }
  })

  it('reading twice gives the same answer: reads change nothing', async () => {
    const answers = async () =>
      Promise.all(
        contract.reads.map(async (sample) =>
          JSON.stringify((await client().callTool({ name: sample.tool, arguments: sample.args })).structuredContent),
        ),
      )
    expect((await answers()).map(withoutVolatile)).toEqual((await answers()).map(withoutVolatile))
  })

  it('answers every tool it lists: a wrong argument is an error a model can act on', async () => {
    for (const name of contract.tools) {
      const result = await client().callTool({ name, arguments: { no_such_argument_at_all: true } })
      expect(result.isError, name).toBe(true)
      const { error } = result.structuredContent as { error: { code: string; field: string } }
      expect([error.code, error.field], name).toEqual(['invalid_arguments', 'no_such_argument_at_all'])
    }
  })

  it('reads its resources and renders its prompts', async () => {
    for (const uri of contract.resources) {
      const { contents } = await client().readResource({ uri })
      expect((contents[0] as { text: string }).text.length, uri).toBeGreaterThan(0)
    }
    const listed = (await client().listPrompts()).prompts.map((prompt) => prompt.name)
    expect(listed.sort()).toEqual(contract.prompts.map((prompt) => prompt.name).sort())
    for (const { name, args } of contract.prompts)
      expect((await client().getPrompt({ name, arguments: args })).messages.length, name).toBeGreaterThan(0)
  })
}

function declareHealthChecks(contract: DomainContract): void {
  it('answers /livez, /readyz, /version and /metrics, and ends on SIGTERM', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'causeway-contract-'))
    const running = await startHttp(contract, dir)
    try {
      for (const path of ['/livez', '/readyz', '/version', '/metrics'])
        expect((await fetch(new URL(path, running.url))).status, path).toBe(200)
      const { dependencies } = (await (await fetch(new URL('/readyz', running.url))).json()) as {
        dependencies: Record<string, { ok: boolean }>
      }
      expect(Object.keys(dependencies).length).toBeGreaterThan(0)
    } finally {
      expect(await running.stop()).toBe(0)
      rmSync(dir, { recursive: true, force: true })
    }
  })
}

// Durations differ from call to call without anything having changed, and a sealed cursor never looks the same twice.
function withoutVolatile(json: string): string {
  return json
    .replace(/"(elapsed_ms|age_s|now)":[0-9.]+/g, '"$1":0')
    .replace(/"next_cursor":"[^"]*"/g, '"next_cursor":""')
}

async function connect(contract: DomainContract, dir: string, cell: { era: Era; transport: 'http' | 'stdio' }) {
  const mode = cell.era === 'modern' ? { pin: '2026-07-28' } : ('legacy' as const)
  const client = new Client({ name: 'contract', version: '1' }, { versionNegotiation: { mode } })
  if (cell.transport === 'stdio') {
    const args = [contract.main, '--stdio', '--data', dir, '--role', 'operator']
    const env = { ...(process.env as Record<string, string>), ...contract.env }
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env, stderr: 'ignore' }))
    return { client, stop: async () => {} }
  }
  const running = await startHttp(contract, dir)
  await client.connect(new StreamableHTTPClientTransport(new URL(running.url)))
  return {
    client,
    stop: async () => {
      await running.stop()
    },
  }
}
