/** What the meta tools work with: the catalog, the connections, the validator and imports. */
import { join } from 'node:path'
import type { DataDir } from '@causeway/shared-contracts/data-dir'
import type { Logger } from '@causeway/shared-contracts/log'
import type { Connection } from '../connection/connection.ts'
import type { RequestBounds } from '../resilience/request-bounds.ts'
import { type ImportStore, openImportStore } from './import-store.ts'
import { createOperationCatalog, type OperationCatalog } from './operation-catalog.ts'
import { createOperationConnections, type OperationConnections } from './operation-connections.ts'
import type { ArgumentValidator } from './validate-arguments.ts'

/** The services of the meta tools. */
export interface Operations {
  catalog: OperationCatalog
  connections: OperationConnections
  imports: ImportStore
  /** Hosts that imported APIs may have although they are not public. */
  allowedHosts: readonly string[]
  /** Tells connected clients that the list of tools is another. */
  toolsChanged(): void
  /** The compiler of validators is loaded by the first call. */
  validator(): Promise<ArgumentValidator>
  close(): Promise<void>
}

/** What opening needs. */
export interface OperationsDeps {
  dataDir: DataDir
  env: NodeJS.ProcessEnv
  log: Logger
  bounds?: Partial<RequestBounds> | undefined
  shared: readonly Connection[]
  toolsChanged(): void
}

/** Opens them; no document is read before it is needed. */
export function openOperations(deps: OperationsDeps): Operations {
  const imports = openImportStore(join(deps.dataDir.path, 'openapi'))
  const allowedHosts = (deps.env.OPENAPI_ALLOWED_HOSTS ?? '').split(/[\s,]+/).filter(Boolean)
  const connections = createOperationConnections({ ...deps, allowedHosts })
  let validator: Promise<ArgumentValidator> | undefined
  return {
    catalog: createOperationCatalog(imports),
    connections,
    imports,
    allowedHosts,
    toolsChanged: deps.toolsChanged,
    validator() {
      validator ??= import('./validate-arguments.ts').then(({ createArgumentValidator }) => createArgumentValidator())
      return validator
    },
    close: () => connections.close(),
  }
}
