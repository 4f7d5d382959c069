/** What the development issuer remembers, in memory and bounded: a restart signs everybody out. */

/** One record of oidc-provider, whose own adapter interface this follows. */
export interface IssuerRecord {
  [field: string]: unknown
  uid?: string
  grantId?: string
  consumed?: number
}

interface Kept {
  record: IssuerRecord
  expiresAtMs: number
}

/** Of each kind; the oldest goes first. */
const MAX_RECORDS = 1_000

/**
 * Makes the adapters, one for each kind of record.
 * @param clientOf what a client is that nobody registered
 */
export function createRecords(clientOf: (id: string) => IssuerRecord | undefined) {
  const kinds = new Map<string, Map<string, Kept>>()
  const kindOf = (kind: string): Map<string, Kept> => {
    const records = kinds.get(kind) ?? new Map<string, Kept>()
    kinds.set(kind, records)
    return records
  }
  return (kind: string) => {
    const records = kindOf(kind)
    const find = (id: string): IssuerRecord | undefined => {
      const kept = records.get(id)
      if (kept && kept.expiresAtMs > Date.now()) return kept.record
      return kind === 'Client' ? clientOf(id) : undefined
    }
    return {
      find: async (id: string) => find(id),
      findByUid: async (uid: string) => [...records.values()].find(({ record }) => record.uid === uid)?.record,
      findByUserCode: async () => undefined,
      async upsert(id: string, record: IssuerRecord, lifeS?: number) {
        records.delete(id)
        if (records.size >= MAX_RECORDS) records.delete(records.keys().next().value as string)
        // Clients register with the scopes that they know of now, and would be held to them when a call needs more.
        if (kind === 'Client') delete record.scope
        records.set(id, { record, expiresAtMs: Date.now() + (lifeS ?? Number.POSITIVE_INFINITY) * 1_000 })
      },
      async consume(id: string) {
        const record = find(id)
        if (record) record.consumed = Math.floor(Date.now() / 1_000)
      },
      destroy: async (id: string) => void records.delete(id),
      async revokeByGrantId(grantId: string) {
        for (const [id, { record }] of records) if (record.grantId === grantId) records.delete(id)
      },
    }
  }
}
