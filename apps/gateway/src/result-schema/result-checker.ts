/** Holds results against the output schemas of their tools, one after the other in a thread of its own and each within a bounded time. */
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { OutputSchema } from './output-schema.ts'

/** What came of a check. */
export type Verdict = { kind: 'fits' } | { kind: 'breaks' | 'unchecked'; reason: string }

/** What the thread is asked. */
export interface Check {
  id: number
  /** Names the schema. */
  key: string
  /** Its JSON text, the first time. */
  schema?: string
  /** JSON text of what is checked. */
  value: string
  /** A schema that the thread need not keep any longer. */
  forget?: string
}

/** What it answers: neither reason when the value fits. */
export interface CheckAnswer {
  id: number
  broken?: string
  unusable?: string
}

interface Job {
  schema: OutputSchema
  value: string
  resolve(verdict: Verdict): void
}

/** How the checks are bounded. */
export interface CheckBounds {
  /** Time of one check. */
  maxMs: number
  /** Results that wait for theirs. */
  maxWaiting: number
  /** Length of what is checked. */
  maxCharacters: number
  /** Schemas that the thread keeps compiled. */
  maxKept: number
}

const BOUNDS: CheckBounds = { maxMs: 2_000, maxWaiting: 1_000, maxCharacters: 8 * 1024 * 1024, maxKept: 500 }
const MAX_HEAP_MIB = 256
/** A schema whose checks had to be cut off as often is tried no more. */
const MAX_CUTS = 2
const MAX_CUT_SCHEMAS = 1_000

export class ResultChecker {
  readonly #bounds: CheckBounds
  #worker: Worker | undefined
  #isReady = false
  #current: (Job & { id: number; timer: NodeJS.Timeout }) | undefined
  readonly #waiting: Job[] = []
  /** Keys of what the present thread has. */
  readonly #kept = new Set<string>()
  /** How often checks of a schema were cut off, by its key. */
  readonly #cuts = new Map<string, number>()
  #nextId = 1
  #isClosed = false

  constructor(bounds: Partial<CheckBounds> = {}) {
    this.#bounds = { ...BOUNDS, ...bounds }
  }

  /** Checks one value, given as JSON text. Never rejects. */
  check(schema: OutputSchema, value: string): Promise<Verdict> {
    const { maxCharacters, maxWaiting } = this.#bounds
    const against = this.#isClosed
      ? 'the gateway is ending'
      : value.length > maxCharacters
        ? `it is longer than ${maxCharacters} characters`
        : this.#waiting.length >= maxWaiting
          ? 'too many results wait to be checked'
          : (this.#cuts.get(schema.key) ?? 0) >= MAX_CUTS
            ? 'checks with this schema take too long'
            : undefined
    if (against !== undefined) return Promise.resolve({ kind: 'unchecked', reason: against })
    return new Promise((resolve) => {
      this.#waiting.push({ schema, value, resolve })
      this.#next()
    })
  }

  /** Ends the thread; what waits stays unchecked. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#settle({ kind: 'unchecked', reason: 'the gateway is ending' })
    for (const job of this.#waiting.splice(0)) job.resolve({ kind: 'unchecked', reason: 'the gateway is ending' })
    await this.#drop()
  }

  #next(): void {
    if (this.#current || this.#waiting.length === 0 || this.#isClosed) return
    if (!this.#worker) this.#start()
    if (!this.#isReady) return
    const job = this.#waiting.shift() as Job
    const id = this.#nextId++
    // Counted from here: neither the thread's start nor those before it are this schema's doing.
    const timer = setTimeout(() => this.#cut('it took too long'), this.#bounds.maxMs)
    this.#current = { ...job, id, timer }
    this.#worker?.postMessage({ id, value: job.value, ...this.#schemaFor(job.schema) } satisfies Check)
  }

  #schemaFor({ key, text }: OutputSchema): Pick<Check, 'key' | 'schema' | 'forget'> {
    if (this.#kept.has(key)) return { key }
    const [oldest] = this.#kept
    const isFull = this.#kept.size >= this.#bounds.maxKept && oldest !== undefined
    if (isFull) this.#kept.delete(oldest)
    this.#kept.add(key)
    return { key, schema: text, ...(isFull ? { forget: oldest } : {}) }
  }

  #start(): void {
    const worker = new Worker(join(import.meta.dirname, 'schema-worker.ts'), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
      env: {},
    })
    worker.unref()
    worker.on('message', (answer: CheckAnswer | { isReady: true }) => {
      if (worker !== this.#worker) return
      if ('isReady' in answer) this.#isReady = true
      else if (answer.id === this.#current?.id) this.#settle(verdictOf(answer))
      this.#next()
    })
    // Memory without end is a schema's doing too. A thread that cannot even start is nobody's, and tried again with the next result.
    worker.on('error', () => {
      if (worker !== this.#worker) return
      if (this.#current) this.#cut('the check failed')
      else this.#giveUp()
    })
    this.#worker = worker
  }

  #giveUp(): void {
    void this.#drop()
    for (const job of this.#waiting.splice(0)) job.resolve({ kind: 'unchecked', reason: 'no check can be run' })
  }

  #cut(reason: string): void {
    const key = this.#current?.schema.key
    if (key !== undefined) {
      if (this.#cuts.size >= MAX_CUT_SCHEMAS) this.#cuts.clear()
      this.#cuts.set(key, (this.#cuts.get(key) ?? 0) + 1)
    }
    void this.#drop()
    this.#settle({ kind: 'unchecked', reason })
    this.#next()
  }

  async #drop(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    this.#isReady = false
    this.#kept.clear()
    await worker?.terminate()
  }

  #settle(verdict: Verdict): void {
    const job = this.#current
    this.#current = undefined
    clearTimeout(job?.timer)
    job?.resolve(verdict)
  }
}

function verdictOf({ broken, unusable }: CheckAnswer): Verdict {
  if (unusable !== undefined) return { kind: 'unchecked', reason: `its output schema is of no use: ${unusable}` }
  return broken === undefined ? { kind: 'fits' } : { kind: 'breaks', reason: broken }
}
