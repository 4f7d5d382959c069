/** `Mcp-Param-*`: arguments that a tool's schema marks with `x-mcp-header` and that the request repeats as headers (2026-07-28, "Parameter headers"). */
import { GatewayError } from '../errors.ts'
import { isObject } from './envelope.ts'
import { decodeHeaderValue, encodeHeaderValue } from './header-value.ts'

/** One marked argument. */
export interface ParamHeader {
  /** Full header name in lower case, `mcp-param-…`. */
  header: string
  path: readonly string[]
  isNumeric: boolean
}

const KEY = 'x-mcp-header'
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const DECIMAL = /^-?\d+(\.\d+)?$/

/**
 * The marked arguments of an input schema.
 * @throws Error with the reason when a mark stands where the specification forbids it, so that the definition is left out
 */
export function paramHeadersOf(inputSchema: unknown): ParamHeader[] {
  const found: ParamHeader[] = []
  collect(inputSchema, [], found)
  const marks = countMarks(inputSchema)
  if (marks !== found.length) throw new Error(`${KEY} is only permitted on properties reachable through "properties"`)
  const names = new Set(found.map((each) => each.header))
  if (names.size !== found.length) throw new Error(`${KEY} names must be unique`)
  return found
}

function collect(schema: unknown, path: readonly string[], found: ParamHeader[]): void {
  if (!isObject(schema)) return
  if (path.length > 0 && Object.hasOwn(schema, KEY)) found.push(toParamHeader(schema, path))
  if (!isObject(schema.properties)) return
  for (const [key, child] of Object.entries(schema.properties)) collect(child, [...path, key], found)
}

function toParamHeader(schema: Record<string, unknown>, path: readonly string[]): ParamHeader {
  const name = schema[KEY]
  if (typeof name !== 'string' || !TOKEN.test(name))
    throw new Error(`${KEY} of ${path.join('.')} must be an HTTP token`)
  if (!['string', 'integer', 'boolean'].includes(String(schema.type)))
    throw new Error(`${KEY} of ${path.join('.')} must mark a string, an integer or a boolean`)
  return { header: `mcp-param-${name.toLowerCase()}`, path, isNumeric: schema.type === 'integer' }
}

// A property may itself be named like the key; only schemas count, so names under "properties" are passed over.
function countMarks(schema: unknown): number {
  if (Array.isArray(schema)) return schema.reduce<number>((sum, each) => sum + countMarks(each), 0)
  if (!isObject(schema)) return 0
  let marks = Object.hasOwn(schema, KEY) ? 1 : 0
  for (const [key, child] of Object.entries(schema)) {
    if (key === 'properties' && isObject(child)) marks += countMarks(Object.values(child))
    else if (!['enum', 'const', 'default', 'examples'].includes(key)) marks += countMarks(child)
  }
  return marks
}

/**
 * Holds the headers against the arguments: a value in the body must stand in its header.
 * @throws GatewayError header_mismatch
 */
export function checkParamHeaders(
  declared: readonly ParamHeader[],
  args: unknown,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): void {
  for (const { header, path, isNumeric } of declared) {
    const value = valueAt(args, path)
    const expected = toText(value)
    if (expected === undefined) continue
    const sent = headers[header]
    const decoded = typeof sent === 'string' ? decodeHeaderValue(sent) : undefined
    const matches =
      decoded === expected || (isNumeric && decoded !== undefined && DECIMAL.test(decoded) && Number(decoded) === value)
    if (!matches) {
      const reason = sent === undefined ? 'it is missing' : 'the body differs'
      throw new GatewayError('header_mismatch', `Cannot accept the header ${header}: ${reason}`, { data: { header } })
    }
  }
}

/** The headers that repeat the arguments toward an upstream. */
export function paramHeadersFor(declared: readonly ParamHeader[], args: unknown): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const { header, path } of declared) {
    const text = toText(valueAt(args, path))
    if (text !== undefined) headers[header] = encodeHeaderValue(text)
  }
  return headers
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, key) => (isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined), root)
}

function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value)
}
