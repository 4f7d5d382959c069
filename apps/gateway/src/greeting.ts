/** What `causeway up` prints for a person: the URL, the first key while it can still be shown, and the lines to paste into a client. */
import type { OfferedCode } from './admin/offer-code.ts'
import { isLoopbackHost } from './config/loopback.ts'
import { findConnection } from './connect/connections.ts'
import { issueKey } from './identity/issue-key.ts'
import type { Listening } from './listen.ts'

/** The agent of the shipped configuration that a first start makes a key for. */
const FIRST_AGENT = 'ops-orchestrator'

/**
 * The text; makes the first agent's key when it never had one.
 * @param from.offered where the first admin finds a code
 */
export function greeting(
  listening: Listening,
  logFile: string | undefined,
  from: { env?: NodeJS.ProcessEnv; offered?: OfferedCode | undefined } = {},
): string {
  const { env = process.env, offered } = from
  const { url, adminUrl, store, gateway, developmentUrl } = listening
  // Another agent's key may have been made while the gateway was starting; a key that was revoked still counts.
  const hadKey = store.apiKeys.list().some(({ agent }) => agent === FIRST_AGENT)
  const isServed = gateway.live.config.agents[FIRST_AGENT] !== undefined && !store.revokedAgents.has(FIRST_AGENT)
  const isFirstStart = isServed && !hadKey && isLocal(listening, env)
  return [
    '',
    `Causeway is up: ${url}/mcp`,
    '',
    ...(isFirstStart ? firstKey(url, issueKey(store, { agent: FIRST_AGENT, origin: 'start' }).key) : knownKey(store)),
    ...(developmentUrl === undefined ? [] : [`Sign-in for development: ${developmentUrl}`, '']),
    'Another agent and its key:',
    '  npm run --silent causeway -- agents create <name> --role operator',
    ...(adminUrl === undefined ? [] : [`Admin API: ${adminUrl}`, ...codeLine(offered)]),
    ...(logFile ? [`Log: ${logFile}`] : []),
    'End with Ctrl-C.',
    '',
  ].join('\n')
}

// Where others could come, or read what is printed, whoever operates it makes the first key on purpose.
function isLocal({ url, gateway }: Listening, env: NodeJS.ProcessEnv): boolean {
  const hosts = [gateway.live.config.listen.host, new URL(url).hostname]
  return hosts.every(isLoopbackHost) && env.NODE_ENV !== 'production'
}

function firstKey(url: string, key: string): string[] {
  return [
    `Key of agent ${FIRST_AGENT}, shown this once: ${key}`,
    '',
    'Claude Code:',
    `  ${findConnection('claude-code')?.textFor({ url: `${url}/mcp`, key })}`,
    'Cursor, VS Code, Codex, SDKs and others:',
    '  npm run --silent causeway -- connect',
    '',
  ]
}

function codeLine(offered: OfferedCode | undefined): string[] {
  if (!offered) return []
  const what = 'Code to sign in there, once and within 15 minutes'
  return ['code' in offered ? `${what}: ${offered.code}` : `${what}, in ${offered.file}`]
}

function knownKey(store: Listening['store']): string[] {
  const [key] = store.apiKeys.active(FIRST_AGENT, Date.now())
  return key
    ? [
        `Agent ${FIRST_AGENT} has key ${key.keyId}. A new one:`,
        `  npm run --silent causeway -- agents rotate ${FIRST_AGENT}`,
      ]
    : []
}
