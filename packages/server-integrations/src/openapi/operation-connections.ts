/** The connection over which the operations of a connector go: the one that its own tools use, or one made from its document. */
import type { Logger } from '@causeway/shared-contracts/log'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { type Connection, openConnection } from '../connection/connection.ts'
import { endpointFromEnv } from '../connection/endpoint-from-env.ts'
import type { Endpoint } from '../http/vendor-api.ts'
import type { RequestBounds } from '../resilience/request-bounds.ts'
import type { CompiledApi } from './compile-document.ts'
import { documentDialect } from './document-dialect.ts'
import { isAllowedHost, lookUpPublicly, publicBaseUrl } from './public-host.ts'

/** What it takes to reach an API that has no tools of its own. */
export interface OperationConnectionsDeps {
  /** Those that the connectors' own tools use. */
  shared: readonly Connection[]
  env: NodeJS.ProcessEnv
  log: Logger
  bounds?: Partial<RequestBounds> | undefined
  /** Hosts that imported APIs may have although they are not public. */
  allowedHosts: readonly string[]
}

/** The environment variables of a connector; imported ones have a prefix, so that no import can ask for another secret. */
export function variablesOf(connector: string, isImported: boolean): { token: string; url: string } {
  const name = connector.toUpperCase()
  return isImported
    ? { token: `OPENAPI_${name}_TOKEN`, url: `OPENAPI_${name}_URL` }
    : { token: `${name}_TOKEN`, url: `${name}_API_URL` }
}

/** Opens connections on demand. */
export function createOperationConnections(deps: OperationConnectionsDeps) {
  const opened = new Map<string, Connection>()
  const open = (api: CompiledApi, isImported: boolean) => {
    const variables = variablesOf(api.connector, isImported)
    const { auth } = api.overlay
    const dialect = documentDialect({
      connector: api.connector,
      title: api.title,
      auth,
      tokenVariable: variables.token,
    })
    // A token that goes nowhere makes the address count for an API that wants none.
    const env = auth.kind === 'none' ? { ...deps.env, [variables.token]: 'none' } : deps.env
    const endpoint = endpointFromEnv(env, { ...variables, defaultUrl: api.baseUrl ?? '' })
    if (!endpoint) throw connectionRequired(api, variables.token)
    const isOfDocument = isImported && !env[variables.url]?.trim()
    if (isOfDocument && auth.kind !== 'none') throw addressRequired(api, variables.url)
    const guarded = isOfDocument ? { ...endpoint, ...guardOf(api, deps.allowedHosts) } : endpoint
    return openConnection(dialect, { api: guarded }, { log: deps.log, bounds: deps.bounds })
  }
  return {
    /** The address that the operator gave for an imported connector. */
    operatorUrl: (connector: string) => deps.env[variablesOf(connector, true).url]?.trim() || undefined,
    /** Whether the operator has set the token of a connector whose document came with this domain server. */
    hasToken: (connector: string) => Boolean(deps.env[variablesOf(connector, false).token]?.trim()),
    /** @throws ToolError `connection_required` */
    of(api: CompiledApi, isImported: boolean): Connection {
      const known = deps.shared.find(({ dialect }) => dialect.id === api.connector) ?? opened.get(api.connector)
      if (known) return known
      const connection = open(api, isImported)
      opened.set(api.connector, connection)
      return connection
    },
    /** Closes what was opened for a connector whose document has changed or gone. */
    async forget(connector: string): Promise<void> {
      const connection = opened.get(connector)
      opened.delete(connector)
      await connection?.close()
    },
    async close(): Promise<void> {
      await Promise.all([...opened.values()].map((connection) => connection.close()))
    },
  }
}

/** Connections of operations. */
export type OperationConnections = ReturnType<typeof createOperationConnections>

/** What a document says of its address is checked again whenever it is used; what the operator says is not. */
function guardOf(api: CompiledApi, allowedHosts: readonly string[]): Pick<Endpoint, 'lookup'> {
  const url = new URL(publicBaseUrl(api.baseUrl, allowedHosts))
  return isAllowedHost(url, allowedHosts) ? {} : { lookup: lookUpPublicly }
}

/** Whoever imports a document must not be able to have the operator's token sent to an address of their own. */
function addressRequired({ title, baseUrl }: CompiledApi, variable: string): ToolError {
  return new ToolError(
    'connection_required',
    `${title} is not connected: its token goes to no address that only a document gives. Ask the operator to set ${variable}, to ${baseUrl} if that is right; do not retry before.`,
  )
}

function connectionRequired({ title }: CompiledApi, variable: string): ToolError {
  return new ToolError(
    'connection_required',
    `${title} is not connected. Ask the operator to set ${variable}; do not retry before.`,
  )
}
