/** Waits for what has to become true. */
import { setTimeout as sleep } from 'node:timers/promises'

const STEP_MS = 100

/** Asks until the answer is yes; rejects when it is not in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { what, withinMs }: { what: () => string; withinMs: number },
): Promise<void> {
  const deadlineMs = Date.now() + withinMs
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error(`Waited ${withinMs / 1_000} s in vain until ${what()}`)
    await sleep(STEP_MS)
  }
}
