/** The process of server-integrations. */
import { serve } from '@causeway/shared-contracts/serve'
import { integrationsServer } from './integrations-server.ts'

await serve(integrationsServer)
