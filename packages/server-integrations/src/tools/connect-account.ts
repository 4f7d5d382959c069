/** The tool with which a person's own third-party account is connected, or given up. */
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import { VENDOR_IDS, VENDOR_PLANS, type VendorId } from '../connection/vendor-plans.ts'
import type { Integrations } from '../integrations.ts'
import { integrationTool } from './integration-tool.ts'

/** `connect_account` */
export const connectAccount = integrationTool({
  name: 'connect_account',
  title: 'Connect an account',
  description:
    "Connects a person's own account: gives a link for them to open. Never ask for tokens. With disconnect it is forgotten and revoked.",
  effect: 'write',
  idempotent: true,
  input: z.object({ integration: z.enum(VENDOR_IDS), disconnect: z.boolean().default(false) }),
  output: z.object({
    integration: z.string(),
    state: z.enum(['connected', 'waiting', 'disconnected', 'not_needed']),
    url: z.string().optional(),
  }),
  async run({ integration, disconnect }, call) {
    const { accounts } = call.services
    if (!accounts.settingsOf(integration)) return notNeeded(integration, call)
    if (disconnect) {
      const was = await accounts.disconnect(integration, call.caller)
      return {
        text: `${was ? 'Disconnected' : 'There was no account of yours at'} ${titleOf(integration)}.\nNext: connect_account again for another account.`,
        data: { integration, state: 'disconnected' as const },
      }
    }
    if (isConnected(integration, call)) return connected(integration)
    const url = await accounts.linkFor(integration, call.caller)
    const message = `Connect your ${titleOf(integration)} account for the agent ${call.caller.agent}.`
    if (call.ask.canShowLink) {
      if (call.ask.link({ key: 'connect', message, url }).action !== 'accept')
        throw new ToolError('declined', `The person did not want to connect ${titleOf(integration)}. Do not ask again.`)
      if (isConnected(integration, call)) return connected(integration)
    }
    return {
      text: `The person opens this link within 10 minutes, in their own browser: ${url}\nNext: check_connection(integration="${integration}") when they have.`,
      data: { integration, state: 'waiting' as const, url },
    }
  },
})

function isConnected(integration: VendorId, { services, caller }: CallContext<Integrations>): boolean {
  return services.accounts.endpointOf(integration, caller) !== undefined
}

function connected(integration: VendorId) {
  return {
    text: `Your ${titleOf(integration)} account is connected.\nNext: check_connection(integration="${integration}") tells whose it is.`,
    data: { integration, state: 'connected' as const },
  }
}

function notNeeded(integration: VendorId, { services }: CallContext<Integrations>) {
  const mode = services.connections.find((each) => each.dialect.id === integration)?.mode
  return {
    text: `${titleOf(integration)} needs no account of yours: ${mode === 'emulator' ? 'it is an offline emulator' : 'the operator has connected one for all'}.\nNext: use its tools.`,
    data: { integration, state: 'not_needed' as const },
  }
}

function titleOf(integration: VendorId): string {
  return VENDOR_PLANS[integration].dialect.title
}
