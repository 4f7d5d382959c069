/** The rules that were made through the admin API, as a history of whole sets: the newest is in force. */
import type { DatabaseSync } from 'node:sqlite'

/** One set of rules. */
export interface PolicyVersion {
  /** 0 before the first. */
  version: number
  /** As they were checked when they were made. */
  rules: readonly unknown[]
  /** Who made it. */
  author: string
  createdMs: number
}

/** The table of versions. */
export interface PolicyVersionTable {
  current(): PolicyVersion
  /** Number of the current one. */
  newest(): number
  get(version: number): PolicyVersion | undefined
  /** Without their rules, newest first. */
  list(): Omit<PolicyVersion, 'rules'>[]
  /**
   * Adds a version if `after` is still the newest.
   * @returns whether it was
   */
  add(rules: readonly unknown[], how: { author: string; nowMs: number; after: number }): boolean
}

const KEPT = 200
const NONE: PolicyVersion = { version: 0, rules: [], author: '', createdMs: 0 }
const ADD = `INSERT INTO policy_versions (version, rules, author, created_ms)
  SELECT ? + 1, ?, ?, ? WHERE (SELECT coalesce(max(version), 0) FROM policy_versions) = ?`

/** @param changed called after each new version */
export function createPolicyVersionTable(db: DatabaseSync, changed: () => void): PolicyVersionTable {
  const newest = db.prepare('SELECT * FROM policy_versions ORDER BY version DESC LIMIT 1')
  const newestNumber = db.prepare('SELECT max(version) AS version FROM policy_versions')
  const get = db.prepare('SELECT * FROM policy_versions WHERE version = ?')
  const list = db.prepare('SELECT version, author, created_ms FROM policy_versions ORDER BY version DESC')
  const add = db.prepare(ADD)
  const sweep = db.prepare('DELETE FROM policy_versions WHERE version <= ?')
  return {
    current() {
      const row = newest.get()
      return row ? toVersion(row) : NONE
    },
    newest: () => Number(newestNumber.get()?.version ?? 0),
    get(version) {
      const row = get.get(version)
      return row && toVersion(row)
    },
    list: () =>
      list.all().map((row) => ({
        version: Number(row.version),
        author: String(row.author),
        createdMs: Number(row.created_ms),
      })),
    add(rules, { author, nowMs, after }) {
      const isNew = add.run(after, JSON.stringify(rules), author, nowMs, after).changes > 0
      if (isNew) sweep.run(after - KEPT)
      if (isNew) changed()
      return isNew
    },
  }
}

function toVersion(row: Record<string, unknown>): PolicyVersion {
  return {
    version: Number(row.version),
    rules: JSON.parse(String(row.rules)),
    author: String(row.author),
    createdMs: Number(row.created_ms),
  }
}
