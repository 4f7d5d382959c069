/** Binary values in a page: what they are and where to read them, instead of their bytes. */
import type { ResultValue, StatementResult } from '../engine/query-engine.ts'

/** A value as tools give it. */
export type ShownValue = string | number | boolean | null | { $blob: number; uri?: string }

/** Whether any row holds bytes that could be linked to. */
export function hasBytes(rows: readonly (readonly ResultValue[])[]): boolean {
  return rows.some((row) => row.some((value) => typeof value === 'object' && value?.base64 !== undefined))
}

/** The rows with links instead of bytes. @param start index of the first row in the result kept as `id` */
export function linkBlobs(rows: readonly ResultValue[][], id: string | undefined, start: number): ShownValue[][] {
  return rows.map((row, i) =>
    row.map((value, column) => {
      if (typeof value !== 'object' || value === null) return value
      const { $blob, base64 } = value
      return base64 === undefined || id === undefined
        ? { $blob }
        : { $blob, uri: `database://blobs/${id}/${start + i}/${column}` }
    }),
  )
}

/** The bytes behind such a link, in base64. */
export function blobIn(result: StatementResult, row: number, column: number): string | undefined {
  const value = result.rows[row]?.[column]
  return typeof value === 'object' ? value?.base64 : undefined
}
