/** Keeps strangers from filling the record: the first attempts of an address are recorded one by one, the rest of a flood as one count. */

/** What a flood came to. */
export interface CrowdReport {
  /** IPv4 address or IPv6 network; `null` for all that were too many to be told apart. */
  address: string | null
  count: number
  fromMs: number
  untilMs: number
  /** How many by what they failed with. */
  errors: Record<string, number>
}

interface Counted {
  seen: number
  report: CrowdReport
}

/** So many of an address are recorded one by one within the time below. */
const MAX_SINGLE = 10
const WINDOW_MS = 10_000
const MAX_ADDRESSES = 1_000

export class Crowd {
  readonly #tell: (report: CrowdReport) => void
  readonly #now: () => number
  readonly #known = new Map<string | null, Counted>()
  #timer: NodeJS.Timeout | undefined

  constructor(tell: (report: CrowdReport) => void, now: () => number) {
    this.#tell = tell
    this.#now = now
  }

  /** @returns whether this attempt is to be recorded by itself; otherwise it was counted */
  isSingle(address: string | undefined, error: string): boolean {
    const counted = this.#countedOf(networkOf(address))
    counted.seen++
    if (counted.report.address !== null && counted.seen <= MAX_SINGLE) return true
    const { report } = counted
    const nowMs = this.#now()
    if (report.count === 0) report.fromMs = nowMs
    report.untilMs = nowMs
    report.count++
    report.errors[error] = (report.errors[error] ?? 0) + 1
    return false
  }

  /** Tells of all that was counted. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const { report } of this.#known.values()) if (report.count > 0) this.#tell(report)
    this.#known.clear()
  }

  #countedOf(address: string): Counted {
    const known = this.#known.get(address)
    if (known) return known
    const key = this.#known.size < MAX_ADDRESSES ? address : null
    const before = this.#known.get(key)
    if (before) return before
    this.#timer ??= setTimeout(() => this.flush(), WINDOW_MS).unref()
    const counted = { seen: 0, report: { address: key, count: 0, fromMs: 0, untilMs: 0, errors: {} } }
    this.#known.set(key, counted)
    return counted
  }
}

// Who has one IPv6 address has 2^64 of them.
function networkOf(address = ''): string {
  if (!address.includes(':')) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return mapped
  const [head = ''] = address.split('::')
  const groups = head.split(':').filter((group) => group !== '')
  return `${[...groups, '0', '0', '0', '0'].slice(0, 4).join(':')}::/64`
}
