/** Puts what an admin changed into the audit record: who, by which route, and what it was about. */
import { systemBody } from '../audit/system-record.ts'
import type { AdminParts, Asked, Route } from './route.ts'

/** Appends one record. */
export function recordChange(
  { id, path }: Route,
  { admin, params, requestId }: Pick<Asked, 'admin' | 'params' | 'requestId'>,
  { gateway: { audit } }: AdminParts,
): void {
  const told = { act: `${admin?.kind}:${admin?.name}`, credential: admin?.id, operation: id, path, params, requestId }
  audit.append(systemBody('admin', told, { timeMs: Date.now(), instance: audit.instance }))
}
