/** The audit record of one running gateway: what others append to, read from and listen to. */

import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from '../config/schema.ts'
import { createJsonRedactor, type JsonRedactor } from '../redaction/redact.ts'
import { type AuditFiles, diskFiles } from './audit-files.ts'
import { ChainWriter } from './chain-writer.ts'
import { type AuditRecord, fits, parseRecord, type RecordFilter, readRecords } from './read-records.ts'
import { type SystemEvent, systemBody } from './system-record.ts'

/** What line 1 writes to, and the admin API reads from. */
export interface Audit {
  /** Names this gateway's chain: one for each start. */
  readonly instance: string
  /** What is kept of arguments. */
  argumentsKept: Config['audit']['arguments']
  redactor: JsonRedactor
  /** Age of the oldest record that is not in the file yet, seconds. */
  readonly lagSeconds: number
  /** Whether records can be written now. */
  readonly isWriting: boolean
  /** Adds a record; it reaches the kernel within 50 ms. */
  append(body: string): void
  /**
   * Adds a record and returns when it is on the disk.
   * @throws when it cannot be written; nothing of it is in the chain then
   */
  appendDurably(body: string): Promise<void>
  /** The newest records that fit, newest first; those of other instances in the same directory too. */
  readRecords(query: RecordFilter & { limit: number }): Promise<AuditRecord[]>
  /**
   * Calls back with each new record that fits, once it is in the file.
   * @returns the function that ends it
   */
  subscribe(listener: (record: AuditRecord) => void, filter?: RecordFilter): () => void
  /** Writes what waits; after it `readRecords` has everything that was appended before. */
  flush(): Promise<void>
  configure(config: Config['audit']): void
  close(): Promise<void>
}

/** What it is made from. */
export interface AuditParts {
  config: Config['audit']
  dataDir: string
  log: Logger
  files?: AuditFiles
  now?: () => number
}

/** Begins a chain. */
export function createAudit({ config, dataDir, log, files = diskFiles, now = Date.now }: AuditParts): Audit {
  const folder = join(dataDir, 'audit')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const instance = newInstance()
  const listeners = new Set<{ tell(record: AuditRecord): void; filter: RecordFilter }>()
  const system = (event: SystemEvent, told: Record<string, unknown>) =>
    systemBody(event, told, { timeMs: now(), instance })
  const writer = new ChainWriter({
    folder,
    instance,
    files,
    now,
    lossBody: ({ count, fromMs, untilMs }) =>
      system('lost', { count, from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString() }),
    onWritten(lines) {
      if (listeners.size > 0) for (const { line } of lines) tellListeners(line, listeners)
    },
    onTrouble(error) {
      if (error === undefined) log.info({}, 'audit records can be written again')
      else log.error({ err: error }, 'audit records cannot be written: calls that may write are refused')
    },
  })
  writer.append(system('started', {}))
  return {
    instance,
    argumentsKept: config.arguments,
    redactor: createJsonRedactor(config.redact),
    get lagSeconds() {
      return writer.lagMs / 1_000
    },
    get isWriting() {
      return writer.trouble === undefined
    },
    append: (body) => writer.append(body),
    appendDurably: (body) => writer.appendDurably(body),
    readRecords: (query) => readRecords(folder, query),
    subscribe(tell, filter = {}) {
      const listener = { tell, filter }
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    flush: () => writer.flush(),
    configure(next) {
      this.argumentsKept = next.arguments
      this.redactor = createJsonRedactor(next.redact)
    },
    async close() {
      writer.append(system('ended', {}))
      await writer.end()
    },
  }
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

function newInstance(): string {
  return Array.from(randomBytes(12), (byte) => ALPHABET[byte & 31]).join('')
}

function tellListeners(
  line: string,
  listeners: ReadonlySet<{ tell(record: AuditRecord): void; filter: RecordFilter }>,
): void {
  const record = parseRecord(line)
  if (record) for (const { tell, filter } of listeners) if (fits(record, filter)) tell(record)
}
