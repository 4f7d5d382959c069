/** One page of what a reading operation answers: rows where it is a list, the whole where it is one thing. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import type { Integrations } from '../integrations.ts'
import { type PreparedCall, prepareCall, sendPrepared } from './call-operation.ts'
import { cleanValue, fitValue } from './fit-value.ts'
import type { JsonRecord } from './json.ts'
import type { FoundOperation } from './operation-catalog.ts'
import { projectValue, valueAt, withValueAt } from './project-value.ts'
import { argumentsAt, type PagePlace, placeAfter, unseenItems } from './walk-pages.ts'

const MAX_BYTES = 14_000
const MAX_ROW_BYTES = 3_000

/** What came back, ready to be shown. */
export interface ReadPage {
  result: unknown
  /** Set for lists: how many items are in `result`. */
  count?: number
  /** Where the next page begins. */
  next?: PagePlace | undefined
  isCut: boolean
}

/** What to read. */
export interface PageAsked {
  args: JsonRecord
  /** Fields to keep, beyond what the overlay projects. */
  fields: readonly string[]
  /** Most rows of a list. */
  limit: number
  place: PagePlace | undefined
}

/** @throws ToolError */
export async function readPage(
  found: FoundOperation,
  asked: PageAsked,
  call: CallContext<Integrations>,
): Promise<ReadPage> {
  const { paginate } = found.operation
  const args = paginate ? argumentsAt(paginate, sized(found, asked), asked.place) : asked.args
  const prepared = await prepareCall(found, args, call)
  const answer = await sendPrepared(prepared, call)
  const items = paginate && valueAt(answer, paginate.items)
  return Array.isArray(items) ? listPage(prepared, { answer, items, asked }) : wholePage(prepared, answer, asked.fields)
}

/** An answer that is not walked: of a write, or of a reading operation without pages. */
export function wholePage({ operation }: FoundOperation, answer: unknown, fields: readonly string[]): ReadPage {
  const { value, isCut } = fitValue(shown(answer, operation.project, fields), MAX_BYTES)
  return { result: value, isCut, ...(Array.isArray(value) ? { count: value.length } : {}) }
}

function listPage(
  { operation, args }: PreparedCall,
  { answer, items, asked }: { answer: unknown; items: readonly unknown[]; asked: PageAsked },
): ReadPage {
  const { paginate, project } = operation
  if (!paginate) throw new Error(`Cannot page "${operation.id}": it has no pages`)
  const unseen = unseenItems(items, asked.place).slice(0, asked.limit)
  // Rows are fitted in the form in which they are shown, and counted in the form in which they came.
  const rows = unseen.map((item) => {
    const around = withValueAt(answer, paginate.items, [item])
    const [row] = valueAt(shown(around, project, asked.fields), paginate.items) as unknown[]
    return fitValue(row, MAX_ROW_BYTES)
  })
  const fitting = fitRows(rows, ({ value }) => JSON.stringify(value), MAX_BYTES)
  const next = placeAfter(paginate, { args, answer, items, shown: unseen.slice(0, fitting.length), place: asked.place })
  return {
    result: fitting.map(({ value }) => value),
    count: fitting.length,
    next,
    isCut: fitting.some(({ isCut }) => isCut),
  }
}

/** A page as large as the limit, where its size can be chosen and the caller has not. */
function sized({ operation }: FoundOperation, { args, limit }: PageAsked): JsonRecord {
  const size = operation.paginate?.size
  return size === undefined || args[size] !== undefined ? args : { ...args, [size]: limit }
}

function shown(answer: unknown, project: readonly string[] | undefined, fields: readonly string[]): unknown {
  const projected = project ? projectValue(answer, project) : answer
  return cleanValue(fields.length > 0 ? projectValue(projected, fields) : projected)
}
