/** The process: serves the databases over HTTP or stdio, as the command line says. */
import { serve } from '@causeway/shared-contracts/serve'
import { dbServer } from './db-server.ts'

await serve(dbServer)
