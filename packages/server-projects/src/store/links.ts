/** Links of tasks to the world: a URL, an external reference such as `gh:acme/web#456`, or both. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { cleanLine } from '../text/clean-input.ts'
import type { Database } from './database.ts'

/** A link as the tools take it. */
export interface LinkInput {
  url?: string | undefined
  ref?: string | undefined
  title?: string | undefined
}

/** A link as stored. */
export interface Link {
  ref: string | null
  url: string | null
  title: string | null
}

const GITHUB_URL = /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+)\/(?:issues|pull)\/(\d+)(?:[/?#].*)?$/i
const GITHUB_REF = /^(?:gh:|github:)?([\w.-]+\/[\w.-]+)#(\d+)$/i
const OTHER_REF = /^[a-z][a-z0-9.-]*:\S+$/i

/**
 * Brings a link to its stored form; one external thing has one reference, however it was written.
 * @param field the argument that held the link
 * @throws ToolError `invalid_arguments`
 */
export function normalizedLink(input: LinkInput, field: string): Link {
  const url = input.url ? cleanLine(input.url) : null
  if (url && !isWebUrl(url))
    throw new ToolError('invalid_arguments', `Cannot link "${url}": want an http or https URL.`, {
      field: `${field}.url`,
    })
  const ref = input.ref ? normalizedRef(cleanLine(input.ref), `${field}.ref`) : refOfUrl(url)
  if (!url && !ref)
    throw new ToolError('invalid_arguments', 'A link needs a url or a ref such as gh:acme/web#456.', { field })
  return { ref, url, title: input.title ?? null }
}

/** A task's links, oldest first. */
export function readLinks(db: Database, taskId: number): Link[] {
  return db.all<Link>('SELECT ref, url, title FROM links WHERE task_id = :taskId ORDER BY id', { taskId })
}

/** Stores a link unless the task has it already. */
export function addLink(
  db: Database,
  link: Link,
  to: { taskId: number; createdBy: string; at: string },
): { isNew: boolean } {
  const parameters = { taskId: to.taskId, ref: link.ref, url: link.url }
  const known = db.get('SELECT 1 FROM links WHERE task_id = :taskId AND (ref = :ref OR url = :url)', parameters)
  if (known) return { isNew: false }
  db.run(
    `INSERT INTO links (task_id, ref, url, title, created_by, created_at)
     VALUES (:taskId, :ref, :url, :title, :createdBy, :at)`,
    { ...parameters, title: link.title, createdBy: to.createdBy, at: to.at },
  )
  return { isNew: true }
}

/** Removes a link, known by its reference or its URL; false when the task has none such. */
export function removeLink(db: Database, taskId: number, { ref, url }: Link): boolean {
  const sql = 'DELETE FROM links WHERE task_id = :taskId AND (ref = :ref OR url = :url) RETURNING id'
  return db.get(sql, { taskId, ref, url }) !== undefined
}

/** The key of another task in the project that already links one of these references. */
export function findLinkingTask(
  db: Database,
  { projectId, taskId = 0 }: { projectId: number; taskId?: number },
  links: readonly Link[],
): { key: string; ref: string } | undefined {
  return db.get<{ key: string; ref: string }>(
    `SELECT t.key, l.ref FROM links l JOIN tasks t ON t.id = l.task_id
     WHERE t.project_id = :projectId AND t.id <> :taskId AND t.deleted_at IS NULL AND l.ref IN (SELECT value FROM json_each(:refs))
     ORDER BY t.id LIMIT 1`,
    { projectId, taskId, refs: JSON.stringify(links.map((link) => link.ref).filter((ref) => ref !== null)) },
  )
}

function normalizedRef(ref: string, field: string): string {
  const [, repository, number] = GITHUB_REF.exec(ref) ?? []
  if (repository) return `gh:${repository.toLowerCase()}#${Number(number)}`
  if (isWebUrl(ref)) return refOfUrl(ref) ?? ref
  if (OTHER_REF.test(ref)) return ref
  throw new ToolError(
    'invalid_arguments',
    `Cannot link "${ref}": want a reference with its source, such as gh:acme/web#456 or slack:C024/p1700000000.`,
    { field },
  )
}

function refOfUrl(url: string | null): string | null {
  const [, repository, number] = GITHUB_URL.exec(url ?? '') ?? []
  return repository ? `gh:${repository.toLowerCase()}#${Number(number)}` : null
}

/** Whether the text is a URL that a browser may open. */
export function isWebUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text)
}
