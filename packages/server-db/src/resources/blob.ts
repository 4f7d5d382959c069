/** The resource that is a binary value of a result: its bytes, for the caller who asked. */
import { callerKey } from '@causeway/shared-contracts/caller'
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { DbServices } from '../db-services.ts'
import { blobIn } from '../results/blob-links.ts'

export const blobResource = resourceOf<DbServices>()({
  name: 'blob',
  title: 'A binary value',
  description: 'The bytes of a binary value that a result links to',
  uri: 'database://blobs/{result}/{row}/{column}',
  mimeType: 'application/octet-stream',
  read({ result: id, row, column }, { services, caller }) {
    const result = services.results.find(id ?? '', callerKey(caller))
    const blob = result && blobIn(result, Number(row), Number(column))
    if (blob !== undefined) return { blob }
    throw new ToolError(
      'not_found',
      'There is no such value for you, or its ten minutes are over. Run the query again.',
    )
  },
})
