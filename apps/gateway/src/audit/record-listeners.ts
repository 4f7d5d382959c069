/** Those who want to hear of records as they come; a record is only read for them when there is somebody. */
import { type AuditRecord, fits, parseRecord, type RecordFilter } from './read-records.ts'

export class RecordListeners {
  readonly #listeners = new Set<{ tell(record: AuditRecord): void; filter: RecordFilter }>()

  /** @returns the function that ends it */
  add(tell: (record: AuditRecord) => void, filter: RecordFilter): () => void {
    const listener = { tell, filter }
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells each of the lines that it wants to hear of. */
  tell(lines: Buffer): void {
    if (this.#listeners.size === 0) return
    for (const line of lines.toString('utf8').split('\n')) {
      const record = parseRecord(line)
      if (record) for (const { tell, filter } of this.#listeners) if (fits(record, filter)) tell(record)
    }
  }
}
