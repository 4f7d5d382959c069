/** Puts the rules of the store behind those of the file: they may add to what the file allows, and a denial of the file stays one. */
import type { Config, Rule } from '../config/schema.ts'
import type { Store } from '../store/open-store.ts'

/** What stands as the source of a rule that was made through the admin API. */
const STORED_SOURCE = 'api'

/** The configuration with the rules of the store. */
export function withStoredRules<C extends Pick<Config, 'rules'>>(
  config: C,
  store: Pick<Store, 'policyVersions'> | undefined,
): C {
  const stored = store?.policyVersions.current().rules ?? []
  if (stored.length === 0) return config
  return { ...config, rules: [...config.rules, ...sourced(stored)] }
}

/** Rules as they are kept, in the form that is compiled. */
export function sourced(rules: readonly unknown[]): Rule[] {
  return rules.map((rule) => ({ ...(rule as Omit<Rule, 'source'>), source: STORED_SOURCE }))
}
