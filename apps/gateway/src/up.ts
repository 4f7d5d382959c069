/** `causeway up`: runs the gateway until it is told to end, and tells a person on the terminal how to use it. */
import { offerCode } from './admin/offer-code.ts'
import { CliError } from './cli/cli-error.ts'
import { printSchema } from './config/json-schema.ts'
import { loadConfig } from './config/load.ts'
import { formatProblem } from './config/problem.ts'
import { watchConfig } from './config/watch.ts'
import { greeting } from './greeting.ts'
import { type Listening, listen } from './listen.ts'
import { createLog } from './observe/log.ts'

export interface UpOptions {
  configPath: string
  /** Only checks the configuration. */
  check?: boolean
  /** Only prints the JSON Schema of the configuration. */
  printSchema?: boolean
  port?: string
  host?: string
}

/**
 * Runs until SIGTERM or SIGINT.
 * @returns the exit code
 * @throws what keeps it from starting
 */
export async function up({ configPath, check, printSchema: isSchemaWanted, port, host }: UpOptions): Promise<number> {
  const env = {
    ...process.env,
    ...(port === undefined ? {} : { CAUSEWAY_PORT: String(port) }),
    ...(host === undefined ? {} : { CAUSEWAY_HOST: host }),
  }
  if (isSchemaWanted) process.stdout.write(printSchema())
  else if (check) checkOnly(configPath, env)
  else await run(configPath, env)
  return 0
}

function checkOnly(configPath: string, env: NodeJS.ProcessEnv): void {
  const { warnings, sources } = loadConfig(configPath, env)
  for (const warning of warnings) say(formatProblem(warning))
  say(`${sources.length === 1 ? 'The configuration is' : `All ${sources.length} files are`} good.`)
}

async function run(configPath: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { dataDir, telemetry } = loadConfig(configPath, env).config
  const { log, file } = createLog({ level: telemetry.logLevel, dataDir })
  const listening = await listen({ configPath, env, log }).catch((error: unknown) => {
    throw explainPort(error)
  })
  log.info({ url: listening.url }, 'gateway listens')
  // The terminal may be closed while the gateway goes on, and there is nobody left to tell.
  process.stdout.on('error', () => {})
  const reload = () => reloadAndTell(listening, log)
  const watch = watchConfig(configPath, reload)
  process.on('SIGHUP', reload)
  const ending = endSignal()
  const { adminUrl, store } = listening
  const offered = adminUrl === undefined ? undefined : offerCode(store, process.stdout.isTTY)
  say(greeting(listening, file, { offered }))
  const signal = await ending
  log.info({ signal }, 'gateway ends')
  watch.close()
  await listening.close()
}

function reloadAndTell(
  { reload }: Listening,
  log: { info(o: object, m: string): void; error(o: object, m: string): void },
): void {
  try {
    const needRestart = reload()
    log.info({}, 'configuration reloaded')
    say('The configuration was reloaded.')
    if (needRestart.length > 0) say(`Changed, but not before a restart: ${needRestart.join(', ')}.`)
  } catch (error) {
    log.error({ err: error }, 'configuration not reloaded')
    say(`The configuration was NOT reloaded; the last good one stays in force.\n${(error as Error).message}`)
  }
}

function endSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal))
  })
}

function explainPort(error: unknown): unknown {
  const { code, port, isForAdmins } = error as NodeJS.ErrnoException & { port?: number; isForAdmins?: true }
  if (code !== 'EADDRINUSE') return error
  const [what, variable] = isForAdmins ? [' for admins', 'CAUSEWAY_ADMIN_PORT'] : ['', 'CAUSEWAY_PORT']
  return new CliError('usage', `Cannot listen${what} on port ${port}: it is in use`, {
    code: 'port_in_use',
    hint: `Set ${variable} to another one, or end what uses it`,
  })
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
