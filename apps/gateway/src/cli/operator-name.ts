/** Who uses the command line, for the record. */
import { userInfo } from 'node:os'
import { CliError } from './cli-error.ts'

const NAME = /^[A-Za-z0-9][\w.@-]{0,63}$/

/** Letters and digits that a record may hold: the name of the user of this machine, or `operator` where there is none. */
export function operatorName(): string {
  try {
    return (
      userInfo()
        .username.replace(/[^\w.@-]/g, '')
        .slice(0, 64) || 'operator'
    )
  } catch {
    return 'operator'
  }
}

/**
 * The name under which an admin acts.
 * @param named what was given; by default {@link operatorName}
 * @throws CliError when a record could not hold it
 */
export function adminName(named = operatorName()): string {
  if (NAME.test(named)) return named
  throw new CliError('usage', `Cannot use the name "${named}": want letters, digits and . _ @ - up to 64`, {
    code: 'usage',
    hint: 'The name says in the record who acted, for example: --name alice',
  })
}
