/** The tool that tries a connection and tells whose account it is. */
import { markUntrusted, stripHidden } from '@causeway/shared-contracts/clean-text'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { Connection } from '../connection/connection.ts'
import { VENDOR_IDS, VENDOR_PLANS } from '../connection/vendor-plans.ts'
import { integrationTool } from './integration-tool.ts'

/** `check_connection` */
export const checkConnection = integrationTool({
  name: 'check_connection',
  title: 'Check a connection',
  description: 'Tries a connection: whether it works, and whose account it uses.',
  effect: 'read',
  openWorld: true,
  input: z.object({ integration: z.enum(VENDOR_IDS) }),
  output: z.object({
    integration: z.string(),
    usable: z.boolean(),
    mode: z.enum(['api', 'emulator']),
    account: z.enum(['own', 'shared', 'none']),
    who: z.string().optional(),
    code: z.string().optional(),
  }),
  async run({ integration }, call) {
    const connection = call.services.connections.find((each) => each.dialect.id === integration) as Connection
    const facts = { integration, mode: connection.mode, account: connection.accountOf(call.caller) }
    const title = connection.dialect.title
    try {
      const who = stripHidden(await connection.call(VENDOR_PLANS[integration].whoAmI, call)).slice(0, 100)
      return {
        text: `${title} works (${connection.mode}, ${facts.account} account).\n${markUntrusted(who, integration)}\nNext: use its tools.`,
        data: { ...facts, usable: true, who },
      }
    } catch (error) {
      if (!(error instanceof ToolError)) throw error
      return {
        text: `${title} does not work now (${error.shape.code}). ${error.message}`,
        data: { ...facts, usable: false, code: error.shape.code },
      }
    }
  },
})
