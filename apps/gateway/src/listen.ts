/** A gateway that listens: store, listener, catalog lines and reloads, started in the order that lets nothing wait for an upstream. */
import type { Server } from 'node:http'
import { type AddressInfo, Server as NetServer } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import { type AdminListener, listenForAdmins } from './admin/admin-listener.ts'
import { type AdminService, createAdminService } from './admin/admin-service.ts'
import type { AuditFiles } from './audit/audit-files.ts'
import { loadConfig } from './config/load.ts'
import { publicUrlOf } from './config/public-url-of.ts'
import type { Config } from './config/schema.ts'
import { createGateway } from './create-gateway.ts'
import { type Development, startDevelopment } from './development-issuer.ts'
import type { RunningGateway } from './gateway.ts'
import { createHttp } from './http.ts'
import { withStoredRules } from './policy/with-stored-rules.ts'
import { checkConditions, checkPolicyTests } from './policy-tests.ts'
import { openStore, type Store } from './store/open-store.ts'

/** A running process's worth of gateway. */
export interface Listening {
  gateway: RunningGateway
  store: Store
  /** Where it listens, without a path. */
  url: string
  /** Where the admin API listens; `undefined` when it is turned off. */
  adminUrl: string | undefined
  /** The development issuer; `undefined` where there is none. */
  developmentUrl: string | undefined
  /**
   * Reads the configuration again and puts it in force; throws and changes nothing when it is not good.
   * @returns the settings that have changed but need a restart
   */
  reload(): readonly string[]
  /** Ends streams, lets calls finish, stops children, closes the store. */
  close(): Promise<void>
}

/** What to listen with. */
export interface ListenOptions {
  configPath: string
  env: NodeJS.ProcessEnv
  log: Logger
  /** Where audit records go; the disk by default. */
  auditFiles?: AuditFiles
}

const DRAIN_MS = 30_000

/**
 * Starts everything; returns once it listens.
 * @throws ConfigError, StoreError, PolicyTestsFailed, or the listener's own error (EADDRINUSE …)
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { configPath, env, log } = options
  const { config, warnings } = loadConfig(configPath, env)
  for (const warning of warnings) log.warn(warning, 'configuration warning')
  const store = openStore(config.dataDir, env)
  const opened: Opened = { store, http: createHttp(() => opened.gateway) }
  try {
    return await start(options, config, opened)
  } catch (error) {
    opened.http.close()
    await opened.adminListener?.close()
    await opened.development?.close()
    store.close()
    throw error
  }
}

/** What has to be closed when a later part does not start. */
interface Opened {
  store: Store
  http: Server
  gateway?: RunningGateway
  admins?: AdminService
  adminListener?: AdminListener
  development?: Development
}

async function start(
  { configPath, env, log, auditFiles }: ListenOptions,
  config: Config,
  opened: Opened,
): Promise<Listening> {
  const { store, http } = opened
  checkPolicyTests(withStoredRules(config, store))
  const port = await listenOn(http, config)
  if (config.admin) opened.adminListener = await listenForAdmins(config.admin, () => opened.admins?.parts)
  const publicUrl = publicUrlOf(config, port)
  const localUrl = publicUrlOf({ publicUrl: undefined, listen: config.listen }, port)
  const development = await startDevelopment(config, { store, publicUrl, gateway: () => opened.gateway, log })
  opened.development = development
  const parts = { config: development.trustedBy(config), store, publicUrl, localUrl, log }
  const gateway = createGateway({ ...parts, ...(auditFiles ? { auditFiles } : {}) })
  opened.gateway = gateway
  const admins = createAdminService(gateway, store)
  opened.admins = admins
  return {
    gateway,
    store,
    url: publicUrl,
    adminUrl: opened.adminListener?.url,
    developmentUrl: development.url,
    reload: () => reload({ configPath, env, log }, { gateway, store }, { config, development }),
    async close() {
      gateway.drain()
      admins.close()
      await opened.adminListener?.close()
      await development.close()
      await closeHttp(http, gateway)
      await gateway.close()
      store.close()
    },
  }
}

function reload(
  { configPath, env, log }: ListenOptions,
  { gateway, store }: { gateway: RunningGateway; store: Store },
  started: { config: Config; development: Development },
): readonly string[] {
  gateway.metrics.isConfigCurrent = false
  const { listen, publicUrl, dataDir, admin, auth } = started.config
  const kept = { listen, publicUrl, dataDir, admin }
  const written = loadConfig(configPath, env).config
  const needRestart = Object.entries(kept).flatMap(([key, value]) =>
    isDeepStrictEqual(written[key as keyof typeof kept], value) ? [] : [key],
  )
  if (!isDeepStrictEqual(written.auth.development, auth.development)) needRestart.push('auth.development')
  if (needRestart.length > 0) log.warn({ settings: needRestart }, 'settings that need a restart have changed')
  // What is safe on the listener that the file describes may not be on the one that is open.
  const { config, warnings } = loadConfig(configPath, { ...env, ...asEnvironment(kept) })
  for (const warning of warnings) log.warn(warning, 'configuration warning')
  const next = started.development.trustedBy({ ...config, ...kept })
  checkConditions(next, gateway.live.config)
  checkPolicyTests(withStoredRules(next, store))
  gateway.apply(next)
  gateway.metrics.isConfigCurrent = true
  return needRestart
}

function asEnvironment({ listen, publicUrl, dataDir }: Pick<Config, 'listen' | 'publicUrl' | 'dataDir'>) {
  return {
    CAUSEWAY_HOST: listen.host,
    CAUSEWAY_PORT: String(listen.port),
    CAUSEWAY_PUBLIC_URL: publicUrl,
    CAUSEWAY_HOME: dataDir,
  }
}

function listenOn(http: Server, { listen: { host, port } }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen({ host, port, backlog: 1_024 }, () => resolve((http.address() as AddressInfo).port))
  })
}

// Calls that end in time are answered; what is left is cut, so that the process ends when it was asked to.
async function closeHttp(http: Server, gateway: RunningGateway): Promise<void> {
  // The close of node:http would cut answers that were given but are still on their way out.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(http, () => resolve()))
  const deadlineMs = performance.now() + DRAIN_MS
  while (gateway.admission.inFlight > 0 && performance.now() < deadlineMs)
    await new Promise((resolve) => setTimeout(resolve, 20))
  http.close()
  http.closeAllConnections()
  await closed
}
