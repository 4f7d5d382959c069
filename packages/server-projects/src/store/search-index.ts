/** Keeps the full-text index in step with the tasks, and asks it for the words of a query. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { cleanLine } from '../text/clean-input.ts'
import type { Database } from './database.ts'

const ENTRY = `INSERT INTO task_search (rowid, title, body, refs)
  SELECT t.id, t.title,
    t.description || ' ' || coalesce((SELECT group_concat(body, ' ') FROM comments WHERE task_id = t.id), ''),
    t.key || ' ' || coalesce((SELECT group_concat(l.name, ' ') FROM task_labels tl JOIN labels l ON l.id = tl.label_id
      WHERE tl.task_id = t.id), '')
      || ' ' || coalesce((SELECT group_concat(coalesce(ref, '') || ' ' || coalesce(url, ''), ' ') FROM links
      WHERE task_id = t.id), '')
  FROM tasks t`

/** Most words of a query that count. */
const MAX_TERMS = 12

// Words that every text has tell nothing, unless they are all there is.
const EMPTY_WORDS = new Set(
  'a an and are as at be but by for from if in is it not of on or that the this to was when with'.split(' '),
)

/** Indexes every task of a fresh workspace. */
export function indexAllTasks(db: Database): void {
  db.run(`${ENTRY} WHERE t.deleted_at IS NULL`)
}

/** Brings one task's entry up to date. */
export function reindexTask(db: Database, taskId: number): void {
  db.run('DELETE FROM task_search WHERE rowid = :taskId', { taskId })
  db.run(`${ENTRY} WHERE t.id = :taskId`, { taskId })
}

/**
 * The words and "quoted phrases" of a query, each quoted so that it can never be read as FTS5 syntax.
 * @throws ToolError `invalid_arguments` when there is nothing to look for
 */
export function searchTerms(query: string): string[] {
  const words = [...cleanLine(query).matchAll(/"([^"]+)"|(\S+)/g)]
    .map((match) => match[1] ?? match[2] ?? '')
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
  const telling = words.filter((word) => !EMPTY_WORDS.has(word.toLowerCase()))
  const terms = (telling.length > 0 ? telling : words)
    // A short word as a prefix would match half the workspace, and WEB-14 is not the start of WEB-142.
    .map((word) => `"${word.replaceAll('"', '""')}"${word.length > 2 && !/\d$/.test(word) ? ' *' : ''}`)
  if (terms.length > 0) return [...new Set(terms)].slice(0, MAX_TERMS)
  throw new ToolError(
    'invalid_arguments',
    'The query has no word to look for. Give words from the title or text, a key or a reference, or call list_tasks to browse.',
    { field: 'query' },
  )
}

/**
 * A subquery `(id, score)` of the tasks that have enough of the terms: all of two, half of more.
 * A score depends on its own task alone, so that pages stay in order while other tasks come and go.
 */
export function scoredMatches(terms: readonly string[]): { sql: string; parameters: Record<string, string | number> } {
  const parameters: Record<string, string | number> = {
    required: terms.length < 3 ? terms.length : Math.ceil(terms.length / 2),
  }
  const hits = terms.flatMap((term, i) => {
    parameters[`anywhere${i}`] = term
    parameters[`inTitle${i}`] = `title : ${term}`
    return [
      `SELECT rowid AS id, 1 AS matched, 0 AS in_title FROM task_search WHERE task_search MATCH :anywhere${i}`,
      `SELECT rowid, 0, 1 FROM task_search WHERE task_search MATCH :inTitle${i}`,
    ]
  })
  const sql = `(SELECT id, sum(matched) * 100 + sum(in_title) AS score FROM (${hits.join(' UNION ALL ')})
    GROUP BY id HAVING sum(matched) >= :required)`
  return { sql, parameters }
}
