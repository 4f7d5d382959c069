/** The files that make up a configuration: the main one, and those of `conf.d` beside it in the order of their names. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ConfigError, type Problem } from './problem.ts'
import type { SourceFile } from './read-source.ts'

const FOLDER = 'conf.d'

/** What is there to read. */
export interface ConfigFiles {
  files: SourceFile[]
  /** Files that look as if somebody expected them to be read. */
  warnings: Problem[]
}

/**
 * Reads the files.
 * @param path of the main file
 * @throws ConfigError when a file cannot be read
 */
export function readConfigFiles(path: string): ConfigFiles {
  const folder = dirname(path)
  const names = namesIn(join(folder, FOLDER))
  const files = names.filter((name) => name.endsWith('.yaml')).map((name) => `${FOLDER}/${name}`)
  const others = names.filter((name) => name.endsWith('.yml')).map((name) => `${FOLDER}/${name}`)
  return {
    files: [basename(path), ...files].map((name) => ({ name, text: readText(folder, name) })),
    warnings: others.map((file) => ({ ...wholeFile(file), message: 'Not read: want the ending .yaml' })),
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return []
    throw new ConfigError([{ ...wholeFile(FOLDER), message: `Cannot read the folder: ${codeOf(error)}` }])
  }
}

function readText(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8')
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'no such file' : codeOf(error)
    throw new ConfigError([{ ...wholeFile(name), message: `Cannot read "${join(folder, name)}": ${reason}` }])
  }
}

function wholeFile(file: string): Omit<Problem, 'message'> {
  return { file, line: 0, column: 0, path: '' }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}
