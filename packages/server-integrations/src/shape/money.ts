/** An amount of money as every connector tells one: exact, and readable. */
import { z } from 'zod'

export const Money = z.object({
  /** In the currency's smallest unit: 1250 is EUR 12.50 and JPY 1250. */
  minor: z.number().int(),
  /** ISO 4217, upper case. */
  currency: z.string(),
  /** The same as a decimal number. */
  amount: z.string(),
})
export type Money = z.output<typeof Money>

/** @param digits how many decimal places the vendor counts for this currency */
export function moneyOf(minor: number, currency: string, digits: number): Money {
  const sign = minor < 0 ? '-' : ''
  const text = String(Math.abs(minor)).padStart(digits + 1, '0')
  const amount = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
  return { minor, currency: currency.toUpperCase(), amount: `${sign}${amount}` }
}

/** `EUR 12.50` */
export function moneyText(money: Money): string {
  return `${money.currency} ${money.amount}`
}
