/** The process: serves the projects domain on stdio or HTTP, or takes a workspace out of or into a file. */
import { dataDirOf, serve } from '@causeway/shared-contracts/serve'
import { readCommandLine, USAGE } from './command-line.ts'
import { coreOf, projectsServer } from './projects-server.ts'

try {
  const { isCoreOnly, exportFile, importFile, rest } = readCommandLine(process.argv.slice(2))
  const dataDir = dataDirOf(projectsServer, rest)
  if (exportFile !== undefined || importFile !== undefined) {
    const { exportToFile, importFromFile } = await import('./workspace-file/transfer.ts')
    if (importFile !== undefined) told(importFromFile(dataDir, importFile), `from ${importFile} into ${dataDir}`)
    if (exportFile !== undefined) told(exportToFile(dataDir, exportFile), `from ${dataDir} into ${exportFile}`)
  } else await serve(isCoreOnly ? coreOf(projectsServer) : projectsServer, { args: rest, usage: USAGE })
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exit(1)
}

function told(tasks: number, way: string): void {
  process.stderr.write(`${tasks} tasks ${way}\n`)
}
