/** Reads the text of an OpenAPI document, JSON or YAML, and refuses what was made to hurt its reader. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { parse as parseYaml, YAMLError } from 'yaml'
import { BUDGETS, type Budgets } from './budgets.ts'
import { isRecord, type Json, type JsonRecord } from './json.ts'
import { OpenApiError } from './openapi-error.ts'

const MAX_ALIASES = 50

/**
 * The document as plain data.
 * @param name how errors call it, e.g. a file name
 * @throws OpenApiError
 */
export function parseDocument(text: string, name: string, budgets: Budgets = BUDGETS): JsonRecord {
  const root = /^\s*[{[]/.test(text) ? parseJson(text, name, budgets) : parseYamlText(text, name, budgets)
  if (!isRecord(root)) throw new OpenApiError(name, 'want an object at its top')
  checkTree(root, name, budgets)
  return root
}

function parseJson(text: string, name: string, { maxBytes }: Budgets): unknown {
  requireBytes(text, name, maxBytes)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new OpenApiError(name, `it is not JSON (${(error as Error).message.slice(0, 120)})`)
  }
}

function parseYamlText(text: string, name: string, { maxYamlBytes }: Budgets): unknown {
  requireBytes(text, name, maxYamlBytes)
  try {
    return parseYaml(text, { maxAliasCount: MAX_ALIASES, schema: 'core', logLevel: 'error', stringKeys: true })
  } catch (error) {
    if (error instanceof YAMLError) {
      const [start] = error.linePos ?? []
      throw new OpenApiError(
        start ? `${name}:${start.line}:${start.col}` : name,
        /call stack/.test(error.message) ? 'nested too deep' : (error.message.split('\n')[0] ?? ''),
      )
    }
    const isBomb = error instanceof ReferenceError
    const isDeep = error instanceof RangeError
    throw new OpenApiError(name, isBomb ? 'its aliases unfold to too much' : isDeep ? 'nested too deep' : String(error))
  }
}

function requireBytes(text: string, name: string, maxBytes: number): void {
  const bytes = Buffer.byteLength(text)
  if (bytes > maxBytes) throw new OpenApiError(name, `it has ${bytes} bytes, at most ${maxBytes} are read`)
}

/** Walks without recursion, so that depth is counted before anything else can stumble over it. */
function checkTree(root: JsonRecord, name: string, { maxDepth, maxNodes }: Budgets): void {
  const open: { value: object; depth: number }[] = [{ value: root, depth: 1 }]
  let nodes = 0
  for (let one = open.pop(); one; one = open.pop()) {
    if (one.depth > maxDepth) throw new OpenApiError(name, `it nests deeper than ${maxDepth} levels`)
    // An own key of this name turns into the prototype of whatever it is copied to.
    if (Object.hasOwn(one.value, '__proto__')) throw new OpenApiError(name, 'it has a key named "__proto__"')
    const hiding = Object.keys(one.value).find((key) => stripHidden(key) !== key)
    if (hiding !== undefined)
      throw new OpenApiError(name, `a key has invisible characters in it: "${stripHidden(hiding).slice(0, 60)}"`)
    for (const value of Object.values(one.value) as Json[]) {
      if (++nodes > maxNodes) throw new OpenApiError(name, `it holds more than ${maxNodes} values`)
      if (typeof value === 'object' && value !== null) open.push({ value, depth: one.depth + 1 })
    }
  }
}
