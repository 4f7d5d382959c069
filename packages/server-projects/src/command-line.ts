/** Options of this domain server beside those of all: a workspace out of and into a file, and how many tools are offered. */
import { parseArgs } from 'node:util'

/** Help on the options that {@link readCommandLine} takes. */
export const USAGE = `  --tools <set>      core: without planning and administration; all (default)
  --export <file>    write the workspace of --data to a JSON file, and end
  --import <file>    store the workspace of a JSON file in --data, which must have none yet, and end
`

/** What is wanted, and the options that are everybody's. */
export interface CommandLine {
  isCoreOnly: boolean
  exportFile?: string
  importFile?: string
  /** For `serve`. */
  rest: string[]
}

const OWN = { tools: { type: 'string' }, export: { type: 'string' }, import: { type: 'string' } } as const

/** @throws when `--tools` names no set, or a value is missing */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, tokens } = parseArgs({ args: [...args], options: OWN, strict: false, tokens: true })
  const own = tokens.filter((token) => token.kind === 'option' && token.name in OWN)
  const taken = new Set(own.flatMap((token) => (isSplit(token) ? [token.index, token.index + 1] : [token.index])))
  for (const name of Object.keys(OWN) as (keyof typeof OWN)[])
    if (typeof values[name] === 'boolean') throw new Error(`Cannot read --${name}: want a value`)
  const { tools = 'all', export: exportFile, import: importFile } = values as Partial<Record<keyof typeof OWN, string>>
  if (tools !== 'all' && tools !== 'core') throw new Error(`Cannot offer the tools "${tools}": want core or all`)
  return {
    isCoreOnly: tools === 'core',
    ...(exportFile === undefined ? {} : { exportFile }),
    ...(importFile === undefined ? {} : { importFile }),
    rest: args.filter((_, i) => !taken.has(i)),
  }
}

function isSplit(token: { kind: string; inlineValue?: boolean | undefined; value?: unknown }): boolean {
  return token.kind === 'option' && token.inlineValue === false && token.value !== undefined
}
