/** For tests of the command line: a folder with a configuration, and a way to run commands in it as a person would. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCli } from './run-cli.ts'
import type { Terminal } from './terminal.ts'

const ENTRY = fileURLToPath(new URL('../main.ts', import.meta.url))

/** How one command ended. */
export interface Ended {
  code: number
  stdout: string
  stderr: string
  /** The JSON on stdout. */
  // biome-ignore lint/suspicious/noExplicitAny: each command answers in its own shape
  json(): any
}

/** A folder to run commands in. */
export interface CliFixture {
  folder: string
  dataDir: string
  /** Runs a command in this process. */
  run(args: readonly string[], env?: Record<string, string>): Promise<Ended>
  /** Runs a command in a process of its own, which takes longer. */
  spawn(args: readonly string[]): Promise<Ended>
  remove(): void
}

/** @param configuration text of `causeway.yaml` */
export function createCliFixture(configuration: string): CliFixture {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-cli-'))
  writeFileSync(join(folder, 'causeway.yaml'), configuration)
  return {
    folder,
    dataDir: join(folder, '.causeway'),
    run: (args, env = {}) => runHere(args, { folder, env }),
    spawn: (args) => runThere(args, { cwd: folder, env: { PATH: process.env.PATH } }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Runs a command in this process, in a folder that somebody else made. */
export function runIn(folder: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return runHere(args, { folder, env })
}

async function runHere(args: readonly string[], where: Pick<Terminal, 'folder' | 'env'>): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  const code = await runCli(args, {
    ...where,
    pipes() {
      throw new Error('A command on pipes runs in a process of its own')
    },
    write: (text) => {
      stdout += text
    },
    writeAside: (text) => {
      stderr += text
    },
  })
  return ended(code, stdout, stderr)
}

function runThere(args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<Ended> {
  return new Promise((resolve) => {
    const argv = ['--disable-warning=ExperimentalWarning', ENTRY, ...args]
    execFile(process.execPath, argv, options, (error, stdout, stderr) =>
      resolve(ended(error ? Number(error.code) : 0, stdout, stderr)),
    )
  })
}

function ended(code: number, stdout: string, stderr: string): Ended {
  return { code, stdout, stderr, json: () => JSON.parse(stdout) }
}
