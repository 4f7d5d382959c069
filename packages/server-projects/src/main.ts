/** The process: serves the projects domain on stdio or HTTP. */
import { serve } from '@causeway/shared-contracts/serve'
import { projectsServer } from './projects-server.ts'

await serve(projectsServer)
