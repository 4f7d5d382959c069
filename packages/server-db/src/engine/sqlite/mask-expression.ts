/** Masks as SQL expressions: they stand in the policy views, so that no statement reaches the value behind them. */
import type { Mask } from '../../policy/source-policy.ts'

/** An identifier, quoted. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

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
  }
  return mask === 'null' ? 'NULL' : `CASE WHEN ${name} IS NOT NULL THEN ${shown[mask]} END`
}
