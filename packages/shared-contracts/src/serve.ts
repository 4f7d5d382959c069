/** Runs a domain server: stdio or HTTP from one declaration, both protocol eras, health endpoints, clean drain. */
import { parseArgs } from 'node:util'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { Served } from './breaking-changes.ts'
import { openDataDir } from './data-dir.ts'
import type { Changes, DomainServer } from './define-domain-server.ts'
import type { CallContext } from './define-tool.ts'
import { manifestOf, releaseOf } from './domain-manifest.ts'
import { keepSubscriptions } from './keep-subscriptions.ts'
import { createLog } from './log.ts'
import { createMcpServerFactory, type McpServerFactory, refreshTools } from './mcp-server.ts'
import { createMeter } from './meter.ts'
import { createContextOf, createTrust, type Trust } from './request-context.ts'
import { createSealer } from './sealer.ts'
import { listenHttp } from './serve-http.ts'
import { ENV, type ReadyLine } from './wire-names.ts'

const USAGE = `Options:
  --stdio            speak MCP on stdin and stdout (default: HTTP)
  --host <address>   HTTP address (default 127.0.0.1)
  --port <number>    HTTP port, 0 for any free one (default 0)
  --data <directory> where state is kept (default .causeway/<id>)
  --describe         print the manifest and the schemas as JSON, and end
  --role <role>      what a caller without a gateway may do (default: viewer, who only reads)
`

/** What a domain server adds to the command line. */
export interface OwnOptions {
  /** The command line without the domain server's own options; all of it unless given. */
  args?: readonly string[]
  /** Help on its own options, a line each. */
  usage?: string
}

/** The directory in which a domain server keeps its state, as the command line and the environment say. */
export function dataDirOf<Services>(server: DomainServer<Services>, args: readonly string[]): string {
  return readOptions(server, args).data
}

/** Starts the server as the command line and the environment say; returns once it serves. Ends the process on SIGTERM, SIGINT or, supervised, the end of stdin. */
export async function serve<Services>(server: DomainServer<Services>, own: OwnOptions = {}): Promise<void> {
  const values = readOptions(server, own.args ?? process.argv.slice(2))
  if (values.help) {
    process.stdout.write(`${USAGE}${own.usage ?? ''}`)
    return
  }
  if (values.describe) {
    const served: Served = { manifest: manifestOf(server), release: releaseOf(server) }
    process.stdout.write(`${JSON.stringify(served)}\n`)
    return
  }
  const trust = createTrust(server, values.role)
  if (!values.stdio) requireReachable(values.host, trust)
  const log = createLog(`server-${server.id}`)
  const listeners: Changes[] = []
  const changes: Changes = {
    resourceUpdated(uri) {
      for (const each of listeners) each.resourceUpdated(uri)
    },
    toolsChanged() {
      for (const each of listeners) each.toolsChanged()
    },
    resourcesChanged() {
      for (const each of listeners) each.resourcesChanged()
    },
  }
  const dataDir = openDataDir(values.data)
  const opened = await server.open({ dataDir, log, changes })
  const meter = createMeter()
  opened.instrument?.(meter.registry)
  const contextOf = createContextOf<Services>(opened.services, trust, log)
  const states = createSealer(dataDir.secret, 'ask')
  const factory = createMcpServerFactory(meter.measured(server), opened.services, { contextOf, states })
  const transport = values.stdio
    ? listenStdio(factory, listeners)
    : await listenHttp({
        server,
        factory,
        opened,
        trust,
        meter,
        listeners,
        host: values.host,
        port: Number(values.port),
      })
  if (transport.url) announce(transport.url, log)
  endCleanly(async () => {
    await transport.close()
    await opened.close()
  })
}

// Without a gateway everybody is the same caller, so only this machine may be everybody.
function requireReachable(host: string, trust: Trust): void {
  if (!('local' in trust) || /^(127(\.\d+){3}|::1|localhost)$/.test(host)) return
  throw new Error(
    `Cannot listen on "${host}" without a gateway: whoever reaches it could do all that --role grants; listen on 127.0.0.1, or name the gateway by ${ENV.issuer}, ${ENV.audience} and ${ENV.jwks}`,
  )
}

function readOptions<Services>({ id }: DomainServer<Services>, args: readonly string[]) {
  const options = {
    stdio: { type: 'boolean', default: false },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    data: { type: 'string', default: process.env[ENV.dataDir] ?? `.causeway/${id}` },
    role: { type: 'string', default: 'viewer' },
    describe: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } as const
  return parseArgs({ args: [...args], options }).values
}

function listenStdio(factory: McpServerFactory, listeners: Changes[]): { url?: string; close(): Promise<void> } {
  const handle = serveStdio(({ era }) => {
    const mcp = factory({ canSubscribe: true })
    // Modern subscriptions are kept by the SDK, legacy ones are left to its user.
    const subscribed = era === 'legacy' ? keepSubscriptions(mcp) : undefined
    listeners.push({
      resourceUpdated(uri) {
        if (subscribed?.has(uri) ?? true) void mcp.server.sendResourceUpdated({ uri }).catch(() => {})
      },
      toolsChanged: () => refreshTools(mcp),
      resourcesChanged: () => mcp.sendResourceListChanged(),
    })
    return mcp
  })
  process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM'))
  return handle
}

function announce(url: string, log: CallContext['log']): void {
  const ready: ReadyLine = { causeway: 'ready', url }
  if (process.env[ENV.supervised]) process.stdout.write(`${JSON.stringify(ready)}\n`)
  else log.info({ url }, 'listening')
}

function endCleanly(close: () => Promise<void>): void {
  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    const giveUp = setTimeout(() => process.exit(1), 15_000)
    giveUp.unref()
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  // A supervised server holds a pipe to its gateway: when that ends, however it ended, so does the server.
  if (process.env[ENV.supervised]) process.stdin.resume().once('end', end)
}
