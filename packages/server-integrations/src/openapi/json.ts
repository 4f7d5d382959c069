/** JSON as it comes from documents that nobody here wrote. */

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A JSON object whose values have yet to be looked at. */
export type JsonRecord = Record<string, unknown>

/** Whether a value is an object and not a list. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An own property, so that a document cannot name what every object inherits. */
export function own(record: JsonRecord | undefined, key: string): unknown {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined
}

/** An own property that is an object. */
export function ownRecord(record: JsonRecord | undefined, key: string): JsonRecord | undefined {
  const value = own(record, key)
  return isRecord(value) ? value : undefined
}

/** An own property that is text. */
export function ownText(record: JsonRecord | undefined, key: string): string | undefined {
  const value = own(record, key)
  return typeof value === 'string' ? value : undefined
}

/** An own property that is a list. */
export function ownList(record: JsonRecord | undefined, key: string): readonly unknown[] {
  const value = own(record, key)
  return Array.isArray(value) ? value : []
}
