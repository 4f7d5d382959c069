/** The resource that is an export: CSV for the caller who made it, and nothing for anybody else. */
import { callerKey } from '@causeway/shared-contracts/caller'
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { DbServices } from '../db-services.ts'

export const exportResource = resourceOf<DbServices>()({
  name: 'export',
  title: 'An export',
  description: 'Rows that export_query wrote for you, as CSV',
  uri: 'database://exports/{id}',
  mimeType: 'text/csv',
  async read({ id }, { services, caller }) {
    const text = await services.exports.read(id ?? '', callerKey(caller))
    if (text !== undefined) return text
    throw new ToolError(
      'not_found',
      'There is no such export for you, or its 15 minutes are over. Use export_query again.',
    )
  },
})
