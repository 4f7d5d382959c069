/** `causeway up`: hands over to the gateway process, or prints the schema of its configuration. */
import { CliError } from './cli-error.ts'
import { findConfig } from './find-config.ts'
import type { Terminal } from './terminal.ts'
import type { GlobalOptions } from './workspace.ts'

interface UpFlags extends GlobalOptions {
  check?: boolean
  printSchema?: boolean
  port?: string
  host?: string
}

/** Runs the gateway until it ends; returns the exit code. */
export async function runUp(flags: UpFlags, terminal: Terminal): Promise<number> {
  const { config, check, printSchema, port, host } = flags
  if (printSchema) {
    const schema = await import('../config/json-schema.ts')
    terminal.write(schema.printSchema())
    return 0
  }
  if (port !== undefined) checkPort(port)
  const configPath = findConfig(config, terminal.folder)
  const { up } = await import('../up.ts')
  return up({ configPath, check, port, host })
}

function checkPort(text: string): void {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return
  throw new CliError('usage', `Cannot listen on port "${text}": want a number from 0 to 65535`, {
    code: 'usage',
    hint: 'Port 0 is any free one',
  })
}
