/** One client connected to one running domain server: what most checks of the contract work with. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { startHttp } from '../start-http.ts'
import type { DomainContract, Latest, Result, WriteSample } from './domain-contract.ts'

/** The four ways to speak with a domain server. */
export const CELLS = [
  { era: 'modern', transport: 'http' },
  { era: 'legacy', transport: 'http' },
  { era: 'modern', transport: 'stdio' },
  { era: 'legacy', transport: 'stdio' },
] as const
export type CellKind = (typeof CELLS)[number]

/** What a tool call came back with. */
export interface Answer {
  isError: boolean
  text: string
  data: Result
}

export interface Cell {
  client: Client
  latest: Latest
  /** Calls a tool and remembers what it answered. */
  call(sample: WriteSample, more?: Record<string, unknown>): Promise<Answer>
  stop(): Promise<void>
}

/** One thing that every domain server must keep, in every cell. */
export interface CellCheck {
  title: string
  /** Throws when it does not hold. */
  run(contract: DomainContract, cell: Cell): Promise<void>
}

/** Starts the domain server on a data directory and connects. */
export async function openCell(contract: DomainContract, dir: string, kind: CellKind): Promise<Cell> {
  const mode = kind.era === 'modern' ? { pin: '2026-07-28' } : ('legacy' as const)
  const client = new Client({ name: 'contract', version: '1' }, { versionNegotiation: { mode } })
  const end = await (kind.transport === 'stdio' ? overStdio : overHttp)(contract, dir, client)
  const answers = new Map<string, Result>()
  const latest: Latest = (tool) => answers.get(tool) ?? {}
  return {
    client,
    latest,
    async call({ tool, args }, more = {}) {
      const given = typeof args === 'function' ? args(latest) : args
      const result = await client.callTool({ name: tool, arguments: { ...given, ...more } })
      const data = (result.structuredContent ?? {}) as Result
      const isError = result.isError === true
      if (!isError) answers.set(tool, data)
      return { isError, text: textOf(result.content), data }
    },
    async stop() {
      await client.close()
      await end()
    },
  }
}

async function overStdio(contract: DomainContract, dir: string, client: Client) {
  const args = [contract.main, '--stdio', '--data', dir, '--role', 'operator']
  const env = { ...(process.env as Record<string, string>), ...contract.env }
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env, stderr: 'ignore' }))
  return async () => {}
}

async function overHttp(contract: DomainContract, dir: string, client: Client) {
  const running = await startHttp(contract, dir)
  await client.connect(new StreamableHTTPClientTransport(new URL(running.url)))
  return async () => {
    await running.stop()
  }
}

function textOf(content: readonly { type: string; text?: string }[]): string {
  return content.map((block) => block.text ?? '').join('\n')
}
