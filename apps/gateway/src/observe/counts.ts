/** A counter by labels: plain numbers in a tree of maps, because one is added for every request and a metrics library costs as much as the rest of the record. */

/** One series. */
export interface Counted {
  labels: readonly string[]
  value: number
}

type Branch = Map<string, Branch | Counted>

export class Counts {
  readonly #root: Branch = new Map()
  readonly #series: Counted[] = []
  readonly #maxSeries: number
  readonly #fold: (labels: readonly string[]) => readonly string[]

  /**
   * @param maxSeries from then on new labels are folded
   * @param fold labels under which the rest is counted together; of these there must be few
   */
  constructor(maxSeries: number, fold: (labels: readonly string[]) => readonly string[]) {
    this.#maxSeries = maxSeries
    this.#fold = fold
  }

  /** Adds one. */
  add(labels: readonly string[]): void {
    const counted = this.#find(labels)
    if (counted) counted.value++
    else this.#create(this.#series.length < this.#maxSeries ? labels : this.#fold(labels))
  }

  /** All series, in the order in which they were first seen. */
  get series(): readonly Counted[] {
    return this.#series
  }

  #find(labels: readonly string[]): Counted | undefined {
    let at: Branch | Counted | undefined = this.#root
    for (const label of labels) at = (at as Branch | undefined)?.get(label)
    return at as Counted | undefined
  }

  #create(labels: readonly string[]): void {
    const known = this.#find(labels)
    if (known) {
      known.value++
      return
    }
    const last = labels.length - 1
    let branch = this.#root
    for (const label of labels.slice(0, last)) {
      const next = (branch.get(label) as Branch | undefined) ?? new Map()
      branch.set(label, next)
      branch = next
    }
    const counted = { labels: [...labels], value: 1 }
    branch.set(labels[last] as string, counted)
    this.#series.push(counted)
  }
}
