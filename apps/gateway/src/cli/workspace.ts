/** What most commands need: the configuration and, when they ask for it, the store. Works whether or not the gateway runs. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type LoadedConfig, loadConfig } from '../config/load.ts'
import { publicUrlOf } from '../config/public-url-of.ts'
import type { Config } from '../config/schema.ts'
import { withStoredRules } from '../policy/with-stored-rules.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { CliError } from './cli-error.ts'
import { findConfig } from './find-config.ts'
import type { Printer } from './printer.ts'
import type { Terminal } from './terminal.ts'

/** Options that every command takes. */
export interface GlobalOptions {
  config?: string
  json?: boolean
}

/** What a command speaks through. */
export interface CommandIo {
  terminal: Terminal
  printer: Printer
}

/** One command's surroundings. */
export interface Workspace extends CommandIo {
  loaded: LoadedConfig
  config: Config
  /** The store, made when there is none yet. */
  store(): Store
  /** The configuration with the rules of the store behind its own: what a running gateway decides by. */
  policyConfig(): Config
  /** The store if there is one: for commands that only look. */
  existingStore(): Store | undefined
  /**
   * Where the gateway listens, seen from this machine.
   * @throws CliError when the configuration leaves the port to chance
   */
  gatewayUrl(): string
  close(): void
}

/**
 * Loads the configuration.
 * @throws ConfigError, CliError
 */
export function openWorkspace(options: GlobalOptions, { terminal, printer }: CommandIo): Workspace {
  const loaded = loadConfig(findConfig(options.config, terminal.folder), terminal.env)
  const { config } = loaded
  let opened: Store | undefined
  const store = () => {
    opened ??= openStore(config.dataDir, terminal.env)
    return opened
  }
  const existingStore = () => (existsSync(join(config.dataDir, 'causeway.db')) ? store() : undefined)
  return {
    terminal,
    printer,
    loaded,
    config,
    store,
    existingStore,
    policyConfig: () => withStoredRules(config, existingStore()),
    gatewayUrl: () => gatewayUrlOf(config),
    close: () => opened?.close(),
  }
}

// The listener and not publicUrl: that one may lead to a proxy, and to another machine.
function gatewayUrlOf({ listen }: Config): string {
  if (listen.port !== 0) return publicUrlOf({ listen }, listen.port)
  throw new CliError('configuration', 'Cannot tell where the gateway listens: listen.port is 0', {
    code: 'port_unknown',
    hint: 'Set CAUSEWAY_PORT to the port that the gateway printed',
  })
}
