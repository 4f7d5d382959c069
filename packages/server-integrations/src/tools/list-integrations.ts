/** The tool that says which third-party APIs are connected, whether for real, and in whose name. */
import type { Caller } from '@causeway/shared-contracts/caller'
import { z } from 'zod'
import type { Connection } from '../connection/connection.ts'
import { VENDOR_PLANS, type VendorId } from '../connection/vendor-plans.ts'
import { integrationTool } from './integration-tool.ts'

const Integration = z.object({
  id: z.string(),
  mode: z.enum(['emulator', 'api']),
  state: z.enum(['ready', 'starting', 'unavailable', 'held_back']),
  /** `none`: connect_account comes first. */
  account: z.enum(['own', 'shared', 'none']),
  sample_data: z.array(z.string()),
})
type Integration = z.output<typeof Integration>

/** `list_integrations` */
export const listIntegrations = integrationTool({
  name: 'list_integrations',
  title: 'List integrations',
  description:
    'Lists the systems here: real API or offline emulator, state, account, and the sample data that exists offline.',
  effect: 'read',
  input: z.object({}),
  output: z.object({ integrations: z.array(Integration) }),
  async run(_, { services, caller }) {
    await Promise.all(services.connections.map((connection) => connection.settled()))
    const integrations = services.connections.map((connection) => toIntegration(connection, caller))
    const lines = integrations.map(
      ({ id, mode, state, account, sample_data }) =>
        `- ${id}: ${mode}, ${state}${account === 'shared' ? '' : `, account: ${account}`}${sample_data.length > 0 ? `; ${sample_data.join(', ')}` : ''}`,
    )
    return {
      text: [
        `${integrations.length} integrations.`,
        ...lines,
        'Next: the tools that begin with the name of one; connect_account where the account is none.',
      ].join('\n'),
      data: { integrations },
    }
  },
})

function toIntegration(connection: Connection, caller: Caller): Integration {
  const { dialect, mode } = connection
  const sample_data = mode === 'emulator' ? (VENDOR_PLANS[dialect.id as VendorId]?.samples ?? []) : []
  const state = connection.isHeldBack(caller) ? 'held_back' : connection.state()
  return { id: dialect.id, mode, state, account: connection.accountOf(caller), sample_data }
}
