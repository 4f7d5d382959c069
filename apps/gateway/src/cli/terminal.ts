/** Where a command runs: its streams, its environment and its folder, so that nothing else reaches for the process. */

/** One command's outside world. */
export interface Terminal {
  /** To stdout. */
  write(text: string): void
  /** To stderr. */
  writeAside(text: string): void
  env: NodeJS.ProcessEnv
  /** The current folder. */
  folder: string
}

/** The process's own. */
export function processTerminal(): Terminal {
  return {
    write: (text) => void process.stdout.write(text),
    writeAside: (text) => void process.stderr.write(text),
    env: process.env,
    folder: process.cwd(),
  }
}
