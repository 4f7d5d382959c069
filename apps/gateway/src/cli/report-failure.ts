/** Turns whatever stopped a command into its message and its exit code. */
import { CommanderError } from 'commander'
import { ConfigError } from '../config/problem.ts'
import { AgentIsRevoked, TooManyKeys } from '../identity/issue-key.ts'
import { CannotRevoke } from '../identity/revocation.ts'
import { StoreError } from '../store/store-error.ts'
import { CliError, EXIT_CODES } from './cli-error.ts'
import type { Terminal } from './terminal.ts'

/**
 * Prints a failure: as JSON to stdout, because that is what a script reads, else to stderr.
 * @returns the exit code
 */
export function reportFailure(thrown: unknown, terminal: Terminal, isJson: boolean): number {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0
  const { kind, code, message, hint, data } = toCliError(thrown)
  if (isJson) {
    const failure = { ok: false, error: { code, message, hint }, ...(data === undefined ? {} : { data }) }
    terminal.write(`${JSON.stringify(failure)}\n`)
  } else terminal.writeAside(`error: ${message}\n${hint === '' ? '' : `hint:  ${hint}\n`}`)
  return EXIT_CODES[kind]
}

function toCliError(thrown: unknown): CliError {
  if (thrown instanceof CliError) return thrown
  if (thrown instanceof CommanderError) {
    const isWordMissing = thrown.code === 'commander.help'
    const message = isWordMissing
      ? 'Cannot run: want one of the commands above'
      : thrown.message.replace(/^error: /, '')
    return new CliError('usage', message, { code: 'usage', hint: 'Add --help for what the command takes' })
  }
  if (thrown instanceof ConfigError) {
    const hint = 'Correct the file; `causeway up --check` checks it without starting anything'
    return new CliError('configuration', thrown.message, { code: 'config_invalid', hint })
  }
  if (thrown instanceof StoreError) return new CliError('configuration', thrown.message, thrown)
  if (thrown instanceof TooManyKeys) {
    const hint = 'Use `causeway agents rotate <name>`, or revoke one of them: `causeway agents ls` shows their ids'
    return new CliError('usage', thrown.message, { code: 'too_many_keys', hint })
  }
  if (thrown instanceof AgentIsRevoked) {
    const hint = 'Put it back into service first: `causeway agents restore <name>`'
    return new CliError('usage', thrown.message, { code: 'agent_revoked', hint })
  }
  if (thrown instanceof CannotRevoke) {
    const hint = 'Say which with --jti, --subject, --agent (one name), --issuer or --issued-before'
    return new CliError('usage', thrown.message, { code: 'cannot_revoke', hint })
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new CliError('usage', message, { code: 'internal', hint: '' })
}
