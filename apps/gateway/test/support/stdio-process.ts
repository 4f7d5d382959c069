/** A raw process of `causeway stdio`: lines in, lines out, and how it ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { until } from './start-gateway.ts'
import type { StdioCommand } from './stdio-command.ts'

/** A JSON-RPC message as it came. */
export interface Line {
  id?: unknown
  method?: string
  params?: Record<string, unknown>
  result?: Record<string, unknown>
  error?: { code: number; message: string; data?: { code?: string; hint?: string } }
}

export interface StdioProcess {
  pid: number
  /** Every line of stdout, parsed; a line that is no JSON fails the story. */
  lines: Line[]
  stderr(): string
  /** Writes a line: text and bytes as they are, anything else as JSON. */
  send(message: unknown): void
  /** Waits for the response to that id. */
  answer(id: unknown): Promise<Line>
  /** Sends a request in the modern era and waits for its answer. */
  modern(id: unknown, method: string, params?: object): Promise<Line>
  /** Opens a legacy session. */
  initialize(): Promise<Line>
  /** Closes stdin. */
  end(): void
  kill(signal: NodeJS.Signals): void
  /** Stops or goes on reading stdout. */
  pause(isPaused: boolean): void
  exited: Promise<[code: number | null, signal: string | null]>
}

/** `_meta` of a modern request. */
export const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

export function startStdio({ command, args, env }: StdioCommand, more: Record<string, string> = {}): StdioProcess {
  const child = spawn(command, args, { env: { ...env, ...more }, stdio: ['pipe', 'pipe', 'pipe'] })
  const lines: Line[] = []
  let out = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8')
    for (let end = out.indexOf('\n'); end >= 0; end = out.indexOf('\n')) {
      lines.push(JSON.parse(out.slice(0, end)) as Line)
      out = out.slice(end + 1)
    }
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  child.stdin.on('error', () => {})
  const send = (message: unknown) => {
    child.stdin.write(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
    child.stdin.write('\n')
  }
  const answer = async (id: unknown) => {
    const isAnswer = (line: Line) => line.id === id && line.method === undefined
    await until(() => lines.some(isAnswer), `the answer to ${JSON.stringify(id)} has come`)
    return lines.find(isAnswer) as Line
  }
  return {
    pid: child.pid as number,
    lines,
    stderr: () => stderr,
    send,
    answer,
    modern(id, method, params = {}) {
      send({ jsonrpc: '2.0', id, method, params: { _meta: MODERN_META, ...params } })
      return answer(id)
    },
    async initialize() {
      const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'story', version: '1' } }
      send({ jsonrpc: '2.0', id: 'init', method: 'initialize', params })
      const answered = await answer('init')
      send({ jsonrpc: '2.0', method: 'notifications/initialized' })
      return answered
    },
    end: () => child.stdin.end(),
    kill: (signal) => void child.kill(signal),
    pause: (isPaused) => void (isPaused ? child.stdout.pause() : child.stdout.resume()),
    exited: once(child, 'close') as Promise<[number | null, string | null]>,
  }
}
