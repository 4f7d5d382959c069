/** Declares a tool of this domain. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import type { Integrations } from '../integrations.ts'

/** `toolOf` for the services of server-integrations. */
export const integrationTool = toolOf<Integrations>()
