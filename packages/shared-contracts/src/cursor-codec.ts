/** Cursors of paged tools: opaque, sealed, and good for one caller, one tool and one set of filters only. */
import { z } from 'zod'
import { type Caller, callerKey } from './caller.ts'
import { createSealer } from './sealer.ts'
import { stableJson } from './stable-json.ts'
import { ToolError } from './tool-error.ts'

/** What a cursor belongs to. */
export interface Walk {
  caller: Caller
  tool: string
  /** All that decides which rows there are and in which order; not the size of a page. */
  filters: unknown
}

/** Seals the place where a page ended and opens it for the page after. */
export interface CursorCodec {
  /** @param place where the page ended, as JSON: the sort key of its last row rather than a count of rows */
  seal(place: unknown, walk: Walk): string
  /**
   * The place that a cursor stands for; none without a cursor, which is the first page.
   * @param shape what a place of this tool looks like
   * @throws {ToolError} `invalid_cursor` for one that was not sealed for this walk
   */
  open<Place>(cursor: string | undefined, walk: Walk, shape: z.ZodType<Place>): Place | undefined
}

/** The argument that every paged tool takes. */
export const cursorInput = z.string().max(2_000).optional().describe('From the page before')

/** @param secret the domain server's own, at least 32 bytes */
export function createCursorCodec(secret: Uint8Array): CursorCodec {
  const sealer = createSealer(secret, 'cursor')
  return {
    seal: (place, walk) => sealer.seal(place, bindingOf(walk)),
    open(cursor, walk, shape) {
      if (cursor === undefined) return undefined
      const place = shape.safeParse(sealer.open(cursor, bindingOf(walk)))
      if (place.success) return place.data
      throw new ToolError(
        'invalid_cursor',
        'This cursor belongs to no page of this call. Repeat the call that gave it with its next_cursor and otherwise the same arguments, or start again without a cursor.',
        { field: 'cursor' },
      )
    },
  }
}

function bindingOf({ caller, tool, filters }: Walk): string {
  return stableJson([callerKey(caller), tool, filters])
}
