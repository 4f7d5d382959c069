/** The audit record of one running gateway: what others append to, read from and listen to. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Config } from '../config/schema.ts'
import { createJsonRedactor, type JsonRedactor } from '../redaction/redact.ts'
import type { Store } from '../store/open-store.ts'
import { type AuditFiles, diskFiles } from './audit-files.ts'
import { auditFolder, checkpointFolder } from './audit-folders.ts'
import { auditSignerOf } from './audit-signer.ts'
import { ChainWriter } from './chain-writer.ts'
import { CheckpointWriter } from './checkpoint-writer.ts'
import { Crowd } from './crowd.ts'
import { type AuditRecord, type RecordFilter, readRecords } from './read-records.ts'
import { RecordListeners } from './record-listeners.ts'
import { sweepSegments } from './retention.ts'
import { type SystemEvent, systemBody } from './system-record.ts'
import { tailsOf } from './tail.ts'

/** What line 1 writes to, and the admin API reads from. */
export interface Audit {
  /** Names this gateway's chain: one for each start. */
  readonly instance: string
  /** What is kept of arguments. */
  argumentsKept: Config['audit']['arguments']
  redactor: JsonRedactor
  /** Attempts of nobody known. */
  readonly strangers: Crowd
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
  store: Pick<Store, 'dataDir' | 'auditKeys' | 'transaction'>
  log: Logger
  files?: AuditFiles
  now?: () => number
}

/** Begins a chain, which vouches for the ends of those before it. */
export function createAudit({ config, store, log, files = diskFiles, now = Date.now }: AuditParts): Audit {
  const folder = auditFolder(store.dataDir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const instance = newInstance()
  const listeners = new RecordListeners()
  const system = (event: SystemEvent, told: Record<string, unknown>) =>
    systemBody(event, told, { timeMs: now(), instance })
  const checkpoints = new CheckpointWriter({
    folder: checkpointFolder(config, store.dataDir),
    instance,
    signer: auditSignerOf(store),
    now,
    onTrouble: (error) => log.error({ err: error }, 'a checkpoint of the audit record could not be written'),
  })
  const writer = new ChainWriter({
    folder,
    instance,
    files,
    now,
    lossBody: (loss) => system('lost', withTimes(loss)),
    onWritten(lines) {
      checkpoints.advanced(writer.head)
      try {
        listeners.tell(lines)
      } catch (error) {
        // They are in the file: whatever goes wrong behind it must not have them written, or calls refused, once more.
        log.error({ err: error }, 'audit records could not be told to those who listen')
      }
    },
    onTrouble(error) {
      if (error === undefined) log.info({}, 'audit records can be written again')
      else log.error({ err: error }, 'audit records cannot be written: calls that may write are refused')
    },
  })
  const strangers = new Crowd((report) => writer.append(system('refused', withTimes(report))), now)
  let { retentionMs } = config
  const sweep = () =>
    sweepSegments({ folder, beforeMs: now() - retentionMs, retain: (of, head) => checkpoints.retain(of, head) }).catch(
      (error: unknown) => log.error({ err: error }, 'old audit records could not be deleted'),
    )
  writer.append(system('started', { witnesses: tailsOf(folder) }))
  let sweeping = sweep()
  const sweeper = setInterval(() => {
    sweeping = sweep()
  }, SWEEP_MS).unref()
  return {
    instance,
    argumentsKept: config.arguments,
    redactor: createJsonRedactor(config.redact),
    strangers,
    get lagSeconds() {
      return writer.lagMs / 1_000
    },
    get isWriting() {
      return writer.trouble === undefined
    },
    append: (body) => writer.append(body),
    appendDurably: (body) => writer.appendDurably(body),
    readRecords: (query) => readRecords(folder, query),
    subscribe: (tell, filter = {}) => listeners.add(tell, filter),
    flush: () => writer.flush(),
    configure(next) {
      this.argumentsKept = next.arguments
      this.redactor = createJsonRedactor(next.redact)
      retentionMs = next.retentionMs
    },
    async close() {
      clearInterval(sweeper)
      await sweeping
      strangers.flush()
      writer.append(system('ended', {}))
      await writer.end()
      if (writer.waiting > 0)
        log.error({ records: writer.waiting }, 'audit records could not be written before the end')
      await checkpoints.end()
    },
  }
}

const SWEEP_MS = 3_600_000
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

function newInstance(): string {
  return Array.from(randomBytes(12), (byte) => ALPHABET[byte & 31]).join('')
}

function withTimes<T extends { fromMs: number; untilMs: number }>({ fromMs, untilMs, ...rest }: T) {
  return { ...rest, from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString() }
}
