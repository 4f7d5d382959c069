/** Reads databases.yaml: every mistake at once with its line, and connections resolved. */
import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { closestName } from '../closest-name.ts'
import { DatabasesError, type Located, type Path, problemAt } from './config-problem.ts'
import { type DatabaseEntry, type DatabasesFile, databasesSchema } from './databases-schema.ts'
import { REFERENCE_FORMS, resolveReferences } from './resolve-reference.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * @param env where `${env:NAME}` leads
 * @throws {DatabasesError} with a line for each mistake
 */
export function readDatabases(path: string, env: Env): DatabasesFile {
  const lines = new LineCounter()
  const file = basename(path)
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0)
    throw new DatabasesError(
      document.errors.map(({ pos, message }) => {
        const { line, col } = lines.linePos(pos[0])
        return `${file}:${line}:${col} ${message.split('\n')[0]}`
      }),
    )
  const located = { file, root: document.contents, lines }
  const parsed = databasesSchema.safeParse(document.toJS())
  if (!parsed.success) throw new DatabasesError(parsed.error.issues.flatMap((issue) => describe(located, issue)))
  const problems = [...crossChecks(parsed.data), ...resolveConnections(parsed.data, { env, folder: dirname(path) })]
  if (problems.length > 0)
    throw new DatabasesError(problems.map(({ path: at, message }) => problemAt(located, at, message)))
  return parsed.data
}

function describe(located: Located, issue: z.core.$ZodIssue): string[] {
  const path = issue.path as Path
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => problemAt(located, [...path, key], 'Unknown key'))
  // A column is a text or a map: what is wrong with the map is what the reader needs.
  if (issue.code === 'invalid_union') {
    const deepest = issue.errors.flat().find((inner) => inner.path.length > 0)
    return deepest
      ? describe(located, { ...deepest, path: [...issue.path, ...deepest.path] })
      : [problemAt(located, path, 'Want a text or a map')]
  }
  if (issue.code === 'invalid_key') return [problemAt(located, path, issue.issues[0]?.message ?? issue.message)]
  if (issue.code === 'invalid_value') return [problemAt(located, path, `Want one of ${issue.values.join(', ')}`)]
  if (issue.message.endsWith('received undefined')) return [problemAt(located, path, 'Required')]
  return [problemAt(located, path, issue.message.replace(/^Invalid input: expected/, 'Want'))]
}

interface Finding {
  path: Path
  message: string
}

/** What the schema cannot see: roles that exist, and limits that agree. */
function crossChecks({ roles, databases }: DatabasesFile): Finding[] {
  const known = Object.keys(roles)
  return Object.entries(databases).flatMap(([id, entry]) =>
    [
      ...rolesIn(entry)
        .filter(({ role }) => !known.includes(role) && role !== '*')
        .map(({ path, role }) => ({ path, message: unknownRole(role, known) })),
      ...rolesIn(entry)
        .filter(({ role, path }) => role === 'admin' && !path.includes('writes') && !path.includes('queries'))
        .map(({ path }) => ({ path, message: 'The role admin sees everything' })),
      ...(entry.seed && entry.engine !== 'sqlite' ? [{ path: ['seed'], message: 'Only SQLite files are seeded' }] : []),
      ...(entry.posture && entry.engine !== 'postgres'
        ? [{ path: ['posture'], message: 'Only Postgres roles have a posture' }]
        : []),
    ].map(({ path, message }) => ({ path: ['databases', id, ...path], message })),
  )
}

function unknownRole(role: string, known: readonly string[]): string {
  const meant = closestName(role, [...known, 'about'])
  return `Unknown role; roles are ${known.join(', ')}${meant ? `; did you mean "${meant}"?` : ''}`
}

function rolesIn({ tables, queries }: DatabaseEntry): { role: string; path: Path }[] {
  const inTables = Object.entries(tables).flatMap(([name, { columns, rows, writes }]) => [
    ...Object.entries(columns).flatMap(([column, rules]) =>
      typeof rules === 'string'
        ? []
        : Object.keys(rules)
            .filter((role) => role !== 'about')
            .map((role) => ({ role, path: ['tables', name, 'columns', column, role] })),
    ),
    ...Object.keys(rows).map((role) => ({ role, path: ['tables', name, 'rows', role] })),
    ...Object.keys(writes).map((role) => ({ role, path: ['tables', name, 'writes', role] })),
  ])
  const inQueries = Object.entries(queries).flatMap(([name, { roles = [] }]) =>
    roles.map((role, i) => ({ role, path: ['queries', name, 'roles', i] })),
  )
  return [...inTables, ...inQueries]
}

/** Replaces references by what they stand for. */
function resolveConnections({ databases }: DatabasesFile, sources: { env: Env; folder: string }): Finding[] {
  return Object.entries(databases).flatMap(([id, entry]) =>
    (['connection', 'writeUrl'] as const).flatMap((key) => {
      const written = entry[key]
      if (written === undefined) return []
      const path = ['databases', id, key]
      // A password in the file would be in every copy and backup of it.
      if (/^\w+:\/\/[^/@\s]*:[^/@\s$]+@|[?&](ssl)?password=[^$&]/i.test(written))
        return [{ path, message: `Want a reference, ${REFERENCE_FORMS}, not the password itself` }]
      try {
        entry[key] = resolveReferences(written, sources)
        return []
      } catch (error) {
        return [{ path, message: (error as Error).message }]
      }
    }),
  )
}
