/** Rounds numbers to so many significant digits. */

/** Toward zero or away, whichever is nearer. */
export function roundTo(value: number, digits: number): number {
  return Number(value.toPrecision(digits))
}

/** Downward. */
export function floorTo(value: number, digits: number): number {
  return roundBy(value, digits, Math.floor)
}

/** Upward. */
export function ceilTo(value: number, digits: number): number {
  return roundBy(value, digits, Math.ceil)
}

function roundBy(value: number, digits: number, round: (value: number) => number): number {
  if (value === 0) return 0
  const power = digits - 1 - Math.floor(Math.log10(Math.abs(value)))
  // Powers of ten are exact upward only.
  return power >= 0 ? round(value * 10 ** power) / 10 ** power : round(value / 10 ** -power) * 10 ** -power
}
