/** Whether a number can be judged as it will be understood: readers with big numbers see every digit, and a double does not hold all of them. */

const NUMBER = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/
/** Larger exponents are not written by anybody who means a number. */
const MAX_EXPONENT = 400

/**
 * Whether a double holds it: integers to the last digit, fractions to all that are written.
 * @param source the number as it stands in JSON
 */
export function isExactNumber(source: string): boolean {
  const value = Number(source)
  const written = normalForm(source)
  if (!Number.isFinite(value) || written === undefined) return false
  if (written.digits === '0') return value === 0
  if (written.exponent >= 0) return BigInt(written.digits) * 10n ** BigInt(written.exponent) === BigInt(Math.abs(value))
  const held = normalForm(String(value))
  return held?.digits === written.digits && held.exponent === written.exponent
}

/** Digits without zeros at either end, and the power of ten that they are multiplied with. */
function normalForm(source: string): { digits: string; exponent: number } | undefined {
  const [, , whole = '', fraction = '', power = '0'] = NUMBER.exec(source) ?? []
  if (whole === '' || Math.abs(Number(power)) > MAX_EXPONENT) return undefined
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return { digits: '0', exponent: 0 }
  return { digits: significant, exponent: Number(power) - fraction.length + digits.length - significant.length }
}
