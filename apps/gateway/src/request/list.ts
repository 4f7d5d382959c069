/** Lists leave here: the view's prebuilt bytes, with the id and the cursor spliced in. */
import type { Sealer } from '@causeway/shared-contracts/sealer'
import { KINDS, type Kind, LISTS } from '../catalog/definition.ts'
import { GatewayError } from '../errors.ts'
import type { Era } from '../wire/revisions.ts'
import type { Caller } from './caller.ts'
import type { Inbound } from './read.ts'
import type { View } from './view.ts'

const KIND_BY_METHOD = new Map<string, Kind>(KINDS.map((kind) => [LISTS[kind].method, kind]))

/** The kind that a list method lists, if it is one. */
export function listedKind(method: string): Kind | undefined {
  return KIND_BY_METHOD.get(method)
}

/**
 * The response to a list request, as parts to be written one after the other.
 * @throws GatewayError unknown_cursor
 */
export function list(
  kind: Kind,
  inbound: Inbound,
  on: { view: View; caller: Caller; cursors: Sealer },
): (string | Buffer)[] {
  const { message, era } = inbound
  const pages = on.view.pages(kind, era)
  const { cursor } = message.params
  const index = cursor === undefined ? 0 : pageIndex(cursor, boundTo(kind, era, on), on.cursors)
  const page = pages[index]
  if (!page) throw unknownCursor()
  const next = page.isLast ? '' : `,"nextCursor":${JSON.stringify(on.cursors.seal(index + 1, boundTo(kind, era, on)))}`
  return [`{"jsonrpc":"2.0","id":${message.idText},"result":`, page.bytes, `${next}}}`]
}

// A list that changed between two pages starts again, because pages of two lists do not fit together.
function boundTo(kind: Kind, era: Era, { view, caller }: { view: View; caller: Caller }): string {
  return JSON.stringify([kind, era, view.route ?? '', view.signature(kind), caller.id])
}

function pageIndex(cursor: unknown, bound: string, cursors: Sealer): number {
  const index = typeof cursor === 'string' ? cursors.open(cursor, bound) : undefined
  if (typeof index !== 'number') throw unknownCursor()
  return index
}

function unknownCursor(): GatewayError {
  return new GatewayError('unknown_cursor', 'Cannot continue the list: the cursor is unknown or the list has changed')
}
