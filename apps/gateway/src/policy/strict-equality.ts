/** Equality as conditions have it: what cannot be compared fails, because an upstream may take the one for the other. */

/**
 * Whether two values are the same.
 * @throws when they are of different types, or objects
 */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === null || b === null) return a === b
  // 3 and 3n are one number.
  if (isNumber(a) && isNumber(b)) return a <= b && a >= b
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime()
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && allSame(a, b)
  if (typeof a !== typeof b || typeof a === 'object') throw new Error('Cannot compare values of different types')
  return a === b
}

/**
 * Whether a list has the value, or an object the member.
 * @throws when a single element cannot be compared
 */
export function isAmong(value: unknown, all: unknown): boolean {
  if (Array.isArray(all)) return all.map((each) => isSame(value, each)).includes(true)
  if (typeof value !== 'string') throw new Error('Cannot look for a member: its name is no text')
  if (all instanceof Map) return all.get(value) !== undefined
  if (typeof all === 'object' && all !== null) return Object.hasOwn(all, value)
  throw new Error('Cannot look for a member in what is neither a list nor an object')
}

function allSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return !a.map((each, i) => isSame(each, b[i])).includes(false)
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}
