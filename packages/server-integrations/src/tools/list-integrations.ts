/** The tool that says which third-party APIs are connected, whether for real, and in whose name. */
import type { Caller } from '@causeway/shared-contracts/caller'
import { z } from 'zod'
import type { Connection } from '../connection/connection.ts'
import { VENDOR_PLANS, type VendorId } from '../connection/vendor-plans.ts'
import { type DocumentIntegration, documentIntegrations } from '../openapi/document-integrations.ts'
import { integrationTool } from './integration-tool.ts'

const Integration = z.object({
  id: z.string(),
  mode: z.enum(['emulator', 'api']),
  state: z.enum(['ready', 'starting', 'unavailable', 'held_back']),
  /** `none`: connect_account comes first, or a variable that the operator sets. */
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
    const own = services.connections.map((connection) => toIntegration(connection, caller))
    const shared = own.map(({ id }) => id)
    const others = await documentIntegrations(services.operations, { shared, caller })
    const integrations = [
      ...own,
      ...others.map(({ variables: _, ...rest }) => ({ ...rest, mode: 'api' as const, sample_data: [] })),
    ]
    const lines = [...own.map(lineOf), ...others.map(otherLine)]
    return {
      text: [
        `${integrations.length} integrations.`,
        ...lines,
        'Next: the tools that begin with the name of one, else search_operations(connector=…); connect_account where the account is none and no variable is named.',
      ].join('\n'),
      data: { integrations },
    }
  },
})

function lineOf({ id, mode, state, account, sample_data }: Integration): string {
  const samples = sample_data.length > 0 ? `; ${sample_data.join(', ')}` : ''
  return `- ${id}: ${mode}, ${state}${account === 'shared' ? '' : `, account: ${account}`}${samples}`
}

function otherLine({ id, state, account, variables }: DocumentIntegration): string {
  const missing = account === 'none' ? `, account: none (the operator sets ${variables})` : ''
  return `- ${id}: api, ${state}${missing}; by search_operations`
}

function toIntegration(connection: Connection, caller: Caller): Integration {
  const { dialect, mode } = connection
  const sample_data = mode === 'emulator' ? (VENDOR_PLANS[dialect.id as VendorId]?.samples ?? []) : []
  const state = connection.isHeldBack(caller) ? 'held_back' : connection.state()
  return { id: dialect.id, mode, state, account: connection.accountOf(caller), sample_data }
}
