/** Reads one YAML file into nodes with places; syntax errors and duplicate keys become problems. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml'
import type { ConfigNode } from './config-node.ts'
import { formatPath, type Path, type Position, type Problem } from './problem.ts'

/** One file of the configuration. */
export interface SourceFile {
  /** Relative to the folder of the main file. */
  name: string
  text: string
}

/** A file, read. */
export interface ReadSource {
  root: ConfigNode
  problems: Problem[]
}

interface Reading {
  doc: Document.Parsed
  positionOf(offset: number): Position
  /** `Infinity` without an error. */
  firstErrorAt: number
  problems: Problem[]
  nodesLeft: number
}

// Aliases can make a small file endless.
const MAX_NODES = 100_000
const MAX_DEPTH = 32

/** Reads a file; whatever it holds, the result has a root. */
export function readSource(file: SourceFile): ReadSource {
  const lineCounter = new LineCounter()
  const doc = parseDocument(file.text, { lineCounter, prettyErrors: false, uniqueKeys: false, stringKeys: true })
  const positionOf = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset)
    return { file: file.name, line, column: col }
  }
  const problems = [...doc.errors, ...doc.warnings].map((error) => ({
    ...positionOf(startOf(error, doc)),
    path: '',
    message: firstLine(error.message),
  }))
  const firstErrorAt = Math.min(...doc.errors.map((error) => startOf(error, doc)))
  const reading = { doc, positionOf, firstErrorAt, problems, nodesLeft: MAX_NODES }
  return { root: read(reading, doc.contents, []), problems }
}

function read(reading: Reading, node: Node | null, path: Path): ConfigNode {
  const [start = 0, , end = start] = node?.range ?? []
  const isCutOff = isTooMuch(reading, path, start)
  const base = { at: reading.positionOf(start), isGuess: end >= reading.firstErrorAt }
  if (isCutOff) return { ...base, content: { kind: 'scalar', value: null } }
  if (isAlias(node)) return readAlias(reading, node, path)
  if (isMap<Node, Node | null>(node))
    return { ...base, content: { kind: 'map', entries: entriesOf(reading, node, path) } }
  if (isSeq<Node>(node)) {
    const items = node.items.map((item, i) => read(reading, item, [...path, i]))
    return { ...base, content: { kind: 'list', items } }
  }
  return { ...base, content: { kind: 'scalar', value: isScalar(node) ? node.value : null } }
}

function readAlias(reading: Reading, alias: Alias, path: Path): ConfigNode {
  const target = alias.resolve(reading.doc)
  const at = reading.positionOf(alias.range?.[0] ?? 0)
  if (target) return { ...read(reading, target, path), at }
  reading.problems.push({ ...at, path: formatPath(path), message: `No anchor "${alias.source}" above` })
  return { at, isGuess: true, content: { kind: 'scalar', value: null } }
}

function entriesOf(reading: Reading, map: YAMLMap<Node, Node | null>, path: Path): Map<string, ConfigNode> {
  const entries = new Map<string, ConfigNode>()
  for (const { key, value } of map.items) {
    const name = isScalar(key) ? String(key.value ?? '') : ''
    const place = reading.positionOf(key.range?.[0] ?? 0)
    const own = [...path, name]
    const first = entries.get(name)?.key
    const report = (message: string) => reading.problems.push({ ...place, path: formatPath(own), message })
    if (first) report(`Duplicate key, first on line ${first.line}`)
    else if (name === '__proto__') report('Unknown key')
    else entries.set(name, { ...read(reading, value, own), key: place })
  }
  return entries
}

function isTooMuch(reading: Reading, path: Path, offset: number): boolean {
  if (reading.nodesLeft === 0) return true
  reading.nodesLeft--
  if (reading.nodesLeft > 0 && path.length <= MAX_DEPTH) return false
  reading.nodesLeft = 0
  reading.firstErrorAt = Math.min(reading.firstErrorAt, offset)
  reading.problems.push({ ...reading.positionOf(offset), path: '', message: 'Too many or too deeply nested values' })
  return true
}

// A quote that is never closed is found at the end of the file; its reader needs the place where it opens.
function startOf({ code, pos: [offset], message }: YAMLError, doc: Document.Parsed): number {
  let start = offset
  if (code === 'MISSING_CHAR' && message.endsWith('quote'))
    visit(doc, {
      Scalar(_, { range }) {
        if (range && range[0] <= offset && offset <= range[2]) start = range[0]
      },
    })
  return start
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]!
}
