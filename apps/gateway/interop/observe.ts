/** What the recorder's notes say about a client: its name, the revision it spoke, and how it used the gateway. */
import type { Exchange } from './recorder.ts'

/** Facts that were observed on the wire. */
export interface Observed {
  /** How the client names itself, with its version. */
  agent: string
  /** The protocol revision in use. */
  revision: string
  /** The number of tools in the first list; 0 when there was none. */
  tools: number
  /** How many `initialize` requests were answered. */
  initializations: number
  /** How many `tools/list` requests there were. */
  lists: number
  /** How many notifications of a changed list of tools were sent to it. */
  notices: number
}

const META = 'io.modelcontextprotocol'
const PROBES = ['server/discover', 'initialize']

/** Reads them off. */
export function observe(exchanges: readonly Exchange[]): Observed {
  const asked = exchanges.filter(({ asked }) => asked?.method !== undefined)
  const of = (method: string) => asked.filter((exchange) => exchange.asked?.method === method)
  const pages = of('tools/list').flatMap(({ answered }) => answered.flatMap(({ result }) => (result ? [result] : [])))
  const [first] = pages
  return {
    agent: agentOf(asked),
    revision: revisionOf(asked),
    tools: Array.isArray(first?.tools) ? first.tools.length : 0,
    initializations: of('initialize').filter(({ answered }) => answered.some(({ result }) => result)).length,
    lists: of('tools/list').length,
    notices: exchanges
      .flatMap(({ answered }) => answered)
      .filter(({ method }) => method === 'notifications/tools/list_changed').length,
  }
}

function agentOf(asked: readonly Exchange[]): string {
  const infos = asked.flatMap(({ asked }) => {
    const meta = asked?.params?._meta as Record<string, unknown> | undefined
    return [asked?.params?.clientInfo ?? meta?.[`${META}/clientInfo`]]
  })
  const info = infos.findLast((each) => each !== undefined) as { name?: string; version?: string } | undefined
  return info ? `${info.name} ${info.version}` : 'unnamed'
}

// A probe says what a client tries; what it uses afterwards says what was agreed on.
function revisionOf(asked: readonly Exchange[]): string {
  const used = asked.filter(({ asked }) => !PROBES.includes(asked?.method ?? ''))
  const claimed = used.flatMap(({ asked }) => {
    const meta = asked?.params?._meta as Record<string, unknown> | undefined
    const version = meta?.[`${META}/protocolVersion`]
    return typeof version === 'string' ? [version] : []
  })
  if (claimed.length > 0) return claimed.at(-1) as string
  const negotiated = asked
    .filter(({ asked }) => asked?.method === 'initialize')
    .flatMap(({ answered }) => answered.map(({ result }) => result?.protocolVersion))
  return String(negotiated.findLast((each) => each !== undefined) ?? 'unknown')
}
