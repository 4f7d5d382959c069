/** Finds the configuration file that a command is about. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CliError } from './cli-error.ts'

const NAME = 'causeway.yaml'

/**
 * The named file, else the nearest `causeway.yaml` in the directory or above it.
 * @throws CliError when there is none
 */
export function findConfig(named: string | undefined, directory: string): string {
  const hint = `Name the file with --config, or run the command beside ${NAME}`
  if (named !== undefined) {
    const file = resolve(directory, named)
    if (existsSync(file)) return file
    throw new CliError('configuration', `Cannot read "${named}": no such file`, { code: 'config_not_found', hint })
  }
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    if (existsSync(join(folder, NAME))) return join(folder, NAME)
    if (folder === dirname(folder))
      throw new CliError('configuration', `Cannot find ${NAME}: neither here nor in a folder above`, {
        code: 'config_not_found',
        hint,
      })
  }
}
