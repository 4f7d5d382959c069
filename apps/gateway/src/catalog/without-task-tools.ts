/** Leaves out the tools of a legacy upstream that run only as tasks of 2025-11-25: that experiment is not served, so nobody could call them. */
import type { Era } from '../wire/revisions.ts'
import type { Validated } from './validate.ts'

/** The definitions without such tools; what goes is told. */
export function withoutTaskTools({ definitions, leftOut }: Validated, era: Era): Validated {
  if (era === 'modern') return { definitions, leftOut }
  const gone = definitions.filter(({ kind, text }) => kind === 'tools' && isTaskOnly(text))
  if (gone.length === 0) return { definitions, leftOut }
  const reason = 'it runs only as a task of 2025-11-25, which the gateway does not serve'
  return {
    definitions: definitions.filter((definition) => !gone.includes(definition)),
    leftOut: [...leftOut, ...gone.map(({ kind, originalName }) => ({ kind, name: originalName, reason }))],
  }
}

function isTaskOnly(text: string): boolean {
  const { execution } = JSON.parse(text) as { execution?: { taskSupport?: unknown } }
  return execution?.taskSupport === 'required'
}
