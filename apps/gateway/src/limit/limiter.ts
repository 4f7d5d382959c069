/** What counts calls by the minute: in this process, or in a place that several instances share. */

/** Counts against any number of budgets, each under its own key. */
export interface Limiter {
  /**
   * Spends from a budget, whole or not at all.
   * @returns 0 when it was spent, else the milliseconds after which it could be; a promise where the count is kept elsewhere
   */
  spend(key: string, cost: number, perMinute: number): number | Promise<number>
  /** Gives back what was spent just now for what then did not happen. Never fails: where the count is kept elsewhere it may come to nothing. */
  giveBack(key: string, cost: number): void
}
