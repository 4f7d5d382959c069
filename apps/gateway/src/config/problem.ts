/** What is wrong in the configuration, and where: one line each, all at once. */

/** A place in the configuration; `line` 0 for a value that does not come from a file. */
export interface Position {
  /** Relative to the folder of the main file, or the name of an environment variable. */
  file: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
}

/** Something to report about one place. */
export interface Problem extends Position {
  /** Dotted path of the key, e.g. `upstreams.db.url`; empty for a whole file. */
  path: string
  message: string
}

/** Keys and indexes from the top of the configuration. */
export type Path = readonly (string | number)[]

/** A configuration that cannot be used, with everything that is wrong in it. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** `causeway.yaml:6:10 upstreams.db.url: Invalid URL`. */
export function formatProblem({ file, line, column, path, message }: Problem): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`
  return path === '' ? `${place} ${message}` : `${place} ${path}: ${message}`
}

/** The path as people write it: `upstreams.db.tools["odd name"].effect`, `rules[2].id`. */
export function formatPath(path: Path): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^[\w-]+$/.test(step)) return `[${JSON.stringify(step)}]`
      return i === 0 ? step : `.${step}`
    })
    .join('')
}
