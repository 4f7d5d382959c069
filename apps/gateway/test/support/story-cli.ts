/** The command line as a story uses it: with a store connection of its own, as an admin would run it while the gateway runs. */
import { runCli } from '../../src/cli/run-cli.ts'

/** What a command answered with `--json`, and its exit code. */
export interface CliAnswer {
  code: number
  ok?: boolean
  // biome-ignore lint/suspicious/noExplicitAny: each command has its own shape
  data?: any
  error?: { code: string; message: string; hint: string }
}

/** Runs one command on the gateway's configuration. */
export async function runStoryCli(
  gateway: { configPath: string; dir: string; env?: NodeJS.ProcessEnv },
  ...args: string[]
): Promise<CliAnswer> {
  let stdout = ''
  const code = await runCli([...args, '--config', gateway.configPath, '--json'], {
    folder: gateway.dir,
    env: gateway.env ?? {},
    write: (text) => {
      stdout += text
    },
    writeAside() {},
    pipes() {
      throw new Error('No command here has pipes')
    },
  })
  return { code, ...JSON.parse(stdout) }
}
