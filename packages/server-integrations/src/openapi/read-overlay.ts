/** Reads an overlay file; each mistake is told with its line and column. */
import { type Document, isMap, LineCounter, parseDocument as parseYamlDocument } from 'yaml'
import { OpenApiError } from './openapi-error.ts'
import { Overlay } from './overlay.ts'

const MAX_CHARS = 200_000

/** An overlay, and where each of its parts stands. */
export interface ReadOverlay {
  overlay: Overlay
  /** `file:line:column` of the value at a path of keys, or of the nearest one around it. */
  placeOf(path: readonly PropertyKey[]): string
}

/**
 * Reads an overlay from YAML.
 * @param file how errors call it
 * @throws OpenApiError
 */
export function readOverlay(text: string, file: string): ReadOverlay {
  if (text.length > MAX_CHARS) throw new OpenApiError(file, `it has more than ${MAX_CHARS} characters`)
  const lines = new LineCounter()
  const document = parseYamlDocument(text, {
    lineCounter: lines,
    schema: 'core',
    merge: true,
    logLevel: 'silent',
    stringKeys: true,
  })
  const [error] = document.errors
  if (error) {
    const [start] = error.linePos ?? []
    throw new OpenApiError(`${file}:${start?.line ?? 1}:${start?.col ?? 1}`, error.message.split('\n')[0] ?? '')
  }
  const placeOf = (path: readonly PropertyKey[]) => placeIn(document, lines, { file, path })
  const parsed = Overlay.safeParse(toData(document, file) ?? {})
  if (parsed.success) return { overlay: parsed.data, placeOf }
  const issue = parsed.error.issues[0]
  if (!issue) throw new OpenApiError(file, 'it is not an overlay')
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
  throw new OpenApiError(`${placeOf(path)} ${path.join('.')}`.trimEnd(), issue.message)
}

function toData(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 })
  } catch {
    throw new OpenApiError(file, 'its aliases unfold to too much')
  }
}

function placeIn(document: Document, lines: LineCounter, at: { file: string; path: readonly PropertyKey[] }): string {
  for (let length = at.path.length; length > 0; length--) {
    const path = at.path.slice(0, length)
    const around = document.getIn(path.slice(0, -1), true)
    const key = isMap(around) ? around.items.find((pair) => String(pair.key) === String(path.at(-1)))?.key : undefined
    const node = (key ?? document.getIn(path, true)) as { range?: [number, number, number] } | undefined
    if (!node?.range) continue
    const { line, col } = lines.linePos(node.range[0])
    return `${at.file}:${line}:${col}`
  }
  return `${at.file}:1:1`
}
