/** Masks as SQL expressions: they stand in the policy views, so that no statement reaches the value behind them. */
import type { Mask } from '../../policy/source-policy.ts'
import { quoteName } from '../../quote-name.ts'

/**
 * The expression that shows `column` under `mask`.
 * @param hashFunction name of the keyed hash in this connection
 */
export function maskExpression(mask: Mask, column: string, hashFunction: string): string {
  const name = quoteName(column)
  const text = `CAST(${name} AS TEXT)`
  const shown: Record<Mask, string> = {
    null: 'NULL',
    redact: `'[redacted]'`,
    partial: `CASE WHEN length(${text}) > 6 THEN substr(${text}, 1, 2) || '***' || substr(${text}, -2) ELSE '***' END`,
    hash: `${quoteName(hashFunction)}(${text})`,
    email: `CASE WHEN instr(${text}, '@') > 1 THEN substr(${text}, 1, 1) || '***' || substr(${text}, instr(${text}, '@')) ELSE '***' END`,
    last4: `CASE WHEN length(${text}) > 6 THEN '***' || substr(${text}, -4) ELSE '***' END`,
    generalize: generalized(name, text),
  }
  return mask === 'null' ? 'NULL' : `CASE WHEN ${name} IS NOT NULL THEN ${shown[mask]} END`
}

// By way of REAL, because abs() of the least integer fails, and a failure would tell of it.
function generalized(name: string, text: string): string {
  const digits = `CAST(CAST(abs(CAST(${name} AS REAL)) AS INTEGER) AS TEXT)`
  const rounded = `CAST(sign(${name}) * substr(${digits}, 1, 1) * CAST(pow(10, length(${digits}) - 1) AS INTEGER) AS INTEGER)`
  return `CASE WHEN typeof(${name}) IN ('integer', 'real') THEN ${rounded} WHEN ${text} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' THEN substr(${text}, 1, 4) ELSE '[generalized]' END`
}
