/** Reads a tool's arguments from the command line. */
import { CliError } from './cli-error.ts'

/**
 * `--args` as JSON, then each `key=value` over it; a value is JSON when it reads as JSON, else text.
 * @throws CliError when a pair has no `=` or `--args` is not a JSON object
 */
export function parseArguments(pairs: readonly string[], json = '{}'): Record<string, unknown> {
  const args = parseObject(json)
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1)
      throw new CliError('usage', `Cannot read argument "${pair}": want key=value`, {
        code: 'usage',
        hint: "Write name=value, or pass all arguments as JSON: --args '{}'",
      })
    args[pair.slice(0, at)] = parseValue(pair.slice(at + 1))
  }
  return args
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function parseObject(json: string): Record<string, unknown> {
  const value = parseValue(json)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new CliError('usage', 'Cannot read --args: want a JSON object', {
    code: 'usage',
    hint: 'For example: --args \'{"limit":10}\'',
  })
}
