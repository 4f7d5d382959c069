/** Compares what the suite found through a route with what it found directly, check by check. */
import type { Check } from './run-suite.ts'

/** A check that came out differently. */
export interface Difference {
  /** The suite's id of the check. */
  check: string
  name: string
  /** The outcomes in the order in which they came; empty when the check was not made. */
  direct: string[]
  route: string[]
  /** What the suite said about the check on the route. */
  message?: string
}

/** The checks whose outcomes differ. What the suite only notes (`INFO`) is no outcome. */
export function compareChecks(direct: readonly Check[], route: readonly Check[]): Difference[] {
  const expected = outcomesOf(direct)
  const found = outcomesOf(route)
  const keys = [...new Set([...expected.keys(), ...found.keys()])]
  return keys.flatMap((key) => {
    const before = expected.get(key) ?? []
    const after = found.get(key) ?? []
    const statuses = (checks: readonly Check[]) => checks.map(({ status }) => status)
    if (statuses(before).join() === statuses(after).join()) return []
    const [{ id, name }] = [...before, ...after] as [Check]
    const message = after.find(({ errorMessage }) => errorMessage)?.errorMessage
    return [{ check: id, name, direct: statuses(before), route: statuses(after), message }]
  })
}

function outcomesOf(checks: readonly Check[]): Map<string, Check[]> {
  return Map.groupBy(
    checks.filter(({ status }) => status !== 'INFO'),
    ({ id, name }) => `${id} ${name}`,
  )
}
