/** `causeway stdio`: serves a client that only speaks over pipes from the running gateway, this machine's or another's. */
import { GatewayLink } from '../bridge/gateway-link.ts'
import type { LinkFailure } from '../bridge/link-failure.ts'
import { runBridge } from '../bridge/run-bridge.ts'
import { hopsOf, VIA_VARIABLE } from '../wire/via.ts'
import { KEY_VARIABLE } from './act-as.ts'
import { onlyAgent, requireAgent } from './choose-agent.ts'
import { CliError, type FailureKind } from './cli-error.ts'
import { type HeldCredential, holdKey } from './hold-key.ts'
import type { Terminal } from './terminal.ts'
import type { CommandIo, Workspace } from './workspace.ts'

const KINDS: Record<LinkFailure['code'], FailureKind> = {
  gateway_unreachable: 'unreachable',
  gateway_invalid: 'unreachable',
  overloaded: 'unreachable',
  unfinished: 'unreachable',
  unauthorized: 'credentials',
  result_too_large: 'tool_error',
}

/**
 * Runs until the client closes its side or the process is told to end.
 * @param openWorkspace loads the configuration, which a gateway elsewhere does not need
 * @throws CliError when the gateway never took a message
 */
export async function stdio(
  io: CommandIo,
  options: { as?: string; url?: string },
  openWorkspace: () => Workspace,
): Promise<void> {
  const { terminal, printer } = io
  const { url, credential } =
    options.url === undefined
      ? hereWith(openWorkspace(), options.as)
      : thereWith(options.url, options.as, terminal.env[KEY_VARIABLE])
  const pipes = terminal.pipes()
  const link = new GatewayLink(url, credential, viaOf(terminal))
  const note = (text: string) => printer.note(text)
  try {
    await runBridge({ ...pipes, note }, link)
  } finally {
    credential.release()
    pipes.release()
  }
  const { unmet } = link
  if (unmet) throw new CliError(KINDS[unmet.code], unmet.message, unmet)
}

interface Connecting {
  url: URL
  credential: HeldCredential
}

function hereWith(workspace: Workspace, as: string | undefined): Connecting {
  const url = new URL('/mcp', workspace.gatewayUrl())
  const key = workspace.terminal.env[KEY_VARIABLE]
  if (as === undefined && key) return { url, credential: fixed(key) }
  if (as === undefined && workspace.config.auth.anonymous !== null) return { url, credential: fixed(undefined) }
  const agent = as === undefined ? onlyAgent(workspace) : requireAgent(workspace, as)
  return { url, credential: holdKey(workspace.store(), agent) }
}

function thereWith(text: string, as: string | undefined, key: string | undefined): Connecting {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.hash !== '')
    throw usage(
      `Cannot use --url "${text}": want the http or https URL of a gateway`,
      'For example: --url https://mcp.example.com',
    )
  if (as !== undefined)
    throw usage(
      'Cannot use --as together with --url: only the gateway of this configuration lets anybody act as an agent',
      `Leave out --as, and set ${KEY_VARIABLE} to a key of the agent`,
    )
  if (url.pathname === '/') url.pathname = '/mcp'
  return { url, credential: fixed(key || undefined) }
}

function fixed(key: string | undefined): HeldCredential {
  return { current: () => key, refused: async () => false, release() {} }
}

// As the child of a gateway it says so, or a gateway that is its own upstream this way would not be found out.
function viaOf({ env }: Terminal): Record<string, string> {
  const hops = hopsOf(env[VIA_VARIABLE] ?? '')
  return hops.length === 0 ? {} : { via: hops.map((hop) => `1.1 ${hop}`).join(', ') }
}

function usage(message: string, hint: string): CliError {
  return new CliError('usage', message, { code: 'usage', hint })
}
