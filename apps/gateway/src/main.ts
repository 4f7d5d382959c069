/** The process: the command line in, the exit code out; the only file with side effects of its own. */
import { runCli } from './cli/run-cli.ts'

process.exitCode = await runCli(process.argv.slice(2))
