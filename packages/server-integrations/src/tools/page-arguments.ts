/** The arguments of paged tools, and what a cursor of theirs is bound to. */
import type { Walk } from '@causeway/shared-contracts/cursor-codec'
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'

/** Argument schema of the size of a page. */
export const pageLimit = z.number().int().min(1).max(50).default(20)

/** A cursor is good for the same caller, tool and arguments; pages may differ in size. */
export function walkOf(
  tool: string,
  args: { cursor?: string | undefined; limit?: number },
  call: Pick<CallContext, 'caller'>,
): Walk {
  const { cursor: _, limit: __, ...filters } = args
  return { caller: call.caller, tool, filters }
}

/** The list has changed so much that nobody knows where the last page ended. */
export function staleCursor(): ToolError {
  return new ToolError(
    'invalid_cursor',
    'The list has changed too much since this cursor was made. Leave it out to start again.',
    { field: 'cursor' },
  )
}

/** The last line of a page. */
export function followingPage(cursor: string | undefined, otherwise: string): string {
  return cursor ? `Next: the following page with cursor="${cursor}", or ${otherwise}.` : `Next: ${otherwise}.`
}
