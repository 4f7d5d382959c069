/** Asking a caller's person and model, with real clients of both eras over both transports, and with forged answers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHttp } from '@causeway/shared-contracts/start-http'
import { Client, type ClientCapabilities, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, expect, it } from 'vitest'

const main = join(import.meta.dirname, 'fixture/asking.ts')
const dir = mkdtempSync(join(tmpdir(), 'causeway-ask-'))
let http: Awaited<ReturnType<typeof startHttp>>
beforeAll(async () => {
  http = await startHttp({ main }, dir)
})
afterAll(async () => {
  await http.stop()
  rmSync(dir, { recursive: true, force: true })
})

const EVERYTHING: ClientCapabilities = { elicitation: { form: {} }, sampling: {} }
type Answer = { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, boolean> }

async function dropNote(
  cell: { era: 'modern' | 'legacy'; over: 'http' | 'stdio' },
  { capabilities = EVERYTHING, answer }: { capabilities?: ClientCapabilities; answer?: Answer } = {},
) {
  const mode = cell.era === 'modern' ? { pin: '2026-07-28' } : ('legacy' as const)
  const client = new Client({ name: 'asked', version: '1' }, { capabilities, versionNegotiation: { mode } })
  const asked: string[] = []
  if (capabilities.elicitation)
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(params.message)
      return answer ?? { action: 'accept', content: { sure: true } }
    })
  if (capabilities.sampling)
    client.setRequestHandler('sampling/createMessage', ({ params }) => {
      asked.push(JSON.stringify(params.messages[0]?.content))
      return { role: 'assistant', model: 'm', content: { type: 'text', text: 'because' } }
    })
  const args = [main, '--stdio', '--data', join(dir, 'stdio'), '--role', 'operator']
  await client.connect(
    cell.over === 'stdio'
      ? new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' })
      : new StreamableHTTPClientTransport(new URL(http.url)),
  )
  const { structuredContent } = await client.callTool({ name: 'drop_note', arguments: { name: 'x' } })
  await client.close()
  return { asked, told: structuredContent }
}

it.each([
  { era: 'modern', over: 'http' },
  { era: 'modern', over: 'stdio' },
  { era: 'legacy', over: 'stdio' },
] as const)('asks the model, then the person: %o', async (cell) => {
  expect(await dropNote(cell)).toEqual({
    asked: ['{"type":"text","text":"Why drop x?"}', 'Drop x?'],
    told: { why: 'because', action: 'accept', sure: true },
  })
})

it('asks a legacy client over HTTP nothing: it has no session in which it could be asked', async () => {
  expect(await dropNote({ era: 'legacy', over: 'http' })).toEqual({
    asked: [],
    told: { why: 'no model', action: 'nobody', sure: false },
  })
})

it('asks only for what the client declared, and takes a refusal', async () => {
  const cell = { era: 'modern', over: 'http' } as const
  const forms = { elicitation: {} }
  expect((await dropNote(cell, { capabilities: forms, answer: { action: 'decline' } })).told).toEqual({
    why: 'no model',
    action: 'decline',
    sure: false,
  })
  const unfit = { action: 'accept' as const, content: {} }
  expect((await dropNote(cell, { capabilities: forms, answer: unfit })).told).toMatchObject({ action: 'cancel' })
  expect((await dropNote(cell, { capabilities: { elicitation: { url: {} } } })).told).toMatchObject({
    action: 'nobody',
  })
})

async function post(name: string, more: object): Promise<{ requestState?: string; structuredContent?: object }> {
  const version = '2026-07-28'
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientInfo': { name: 'forger', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
  }
  const params = { name: 'drop_note', arguments: { name }, _meta, ...more }
  const response = await fetch(http.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': version,
      'mcp-method': 'tools/call',
      'mcp-name': 'drop_note',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  })
  return ((await response.json()) as { result: { requestState?: string; structuredContent?: object } }).result
}

it('takes no answer to what it never asked, nor one given to another call', async () => {
  const inputResponses = { sure: { action: 'accept', content: { sure: true } } }
  expect(await post('x', { inputResponses })).toMatchObject({ resultType: 'input_required' })
  expect(await post('x', { inputResponses, requestState: 'made up' })).toMatchObject({ resultType: 'input_required' })
  const { requestState } = await post('other', {})
  expect(await post('x', { inputResponses, requestState })).toMatchObject({ resultType: 'input_required' })
  expect((await post('other', { inputResponses, requestState })).structuredContent).toMatchObject({ sure: true })
})
