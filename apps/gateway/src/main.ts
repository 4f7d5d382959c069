/** The process: the command line in, the exit code out; the only file with side effects of its own. */
import { enableCompileCache } from 'node:module'

// Imported after the cache is on, because that halves the start of every command.
enableCompileCache()
const { runCli } = await import('./cli/run-cli.ts')
process.exitCode = await runCli(process.argv.slice(2))
