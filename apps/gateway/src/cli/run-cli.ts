/** The command line: reads the arguments, runs one command, and says how it ended by the exit code. */
import { closest } from '../config/closest.ts'
import { CliError } from './cli-error.ts'
import { createPrinter } from './printer.ts'
import { createProgram } from './program.ts'
import { reportFailure } from './report-failure.ts'
import { processTerminal } from './terminal.ts'

/**
 * Runs one command.
 * @param argv the arguments after the program's name
 * @returns the exit code
 */
export async function runCli(argv: readonly string[], terminal = processTerminal()): Promise<number> {
  const isJson = argv.includes('--json')
  let exitCode = 0
  try {
    const program = createProgram({ terminal, printer: createPrinter(terminal, isJson) }, (code) => {
      exitCode = code
    })
    checkCommand(argv[0], [...program.commands.map((command) => command.name()), 'help'])
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    return reportFailure(error, terminal, isJson)
  }
}

// Commander would take an unknown word for an argument of the default command.
function checkCommand(word: string | undefined, names: readonly string[]): void {
  if (word === undefined || word.startsWith('-') || names.includes(word)) return
  const nearest = closest(word, names)
  throw new CliError('usage', `Cannot run "${word}": no such command`, {
    code: 'command_unknown',
    hint: nearest ? `Did you mean "${nearest}"?` : `Commands: ${names.join(', ')}`,
  })
}
