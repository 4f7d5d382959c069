/** What must survive a restart, in one SQLite file that the gateway and command lines share. */
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { createSealer } from '@causeway/shared-contracts/sealer'
import { type AdminCredentialTable, createAdminCredentialTable } from './admin-credentials.ts'
import { type AgentTable, createAgentTable } from './agents.ts'
import { type ApiKeyTable, createApiKeyTable } from './api-keys.ts'
import { type ApprovalTable, createApprovalTable } from './approvals.ts'
import { type AuditKeyTable, createAuditKeyTable } from './audit-keys.ts'
import { createChangeWatch } from './change-watch.ts'
import { inTransaction, openDatabase } from './database.ts'
import { createHeardListTable, type HeardListTable } from './heard-lists.ts'
import { readInstallation } from './installation.ts'
import { checkSecret, deriveKey, openMasterSecret } from './master-secret.ts'
import { migrate } from './migrations.ts'
import { createPinTable, type PinTable } from './pins.ts'
import { createPolicyVersionTable, type PolicyVersionTable } from './policy-versions.ts'
import { createRevokedAgentTable, type RevokedAgentTable } from './revoked-agents.ts'
import { createSealingKeyTable, type SealingKeyTable } from './sealing-keys.ts'
import { createSessionSubscriptionTable, type SessionSubscriptionTable } from './session-subscriptions.ts'
import { createSessionTable, type SessionTable } from './sessions.ts'
import { createSigningKeyTable, type SigningKeyTable } from './signing-keys.ts'
import { StoreError } from './store-error.ts'
import { createTokenRevocationTable, type TokenRevocationTable } from './token-revocations.ts'

/** An open store. Everything in it is synchronous: a read is a few microseconds. */
export interface Store {
  dataDir: string
  agents: AgentTable
  apiKeys: ApiKeyTable
  revokedAgents: RevokedAgentTable
  tokenRevocations: TokenRevocationTable
  signingKeys: SigningKeyTable
  auditKeys: AuditKeyTable
  sealingKeys: SealingKeyTable
  sessions: SessionTable
  sessionSubscriptions: SessionSubscriptionTable
  heardLists: HeardListTable
  pins: PinTable
  adminCredentials: AdminCredentialTable
  approvals: ApprovalTable
  policyVersions: PolicyVersionTable
  /** What makes this store another than every other, with the same secret too. */
  installation: string
  /** 32 bytes for one purpose, derived from the master secret. */
  deriveKey(purpose: string): Buffer
  /** Runs `work` as one write; nothing of it stays when it throws. */
  transaction<T>(work: () => T): T
  /** Calls `listener` after changes to agents, keys and approvals here, and after any write of another process (≤ 500 ms). */
  onChange(listener: () => void): () => void
  /** Whether it can be read now. */
  isReadable(): boolean
  /** Looks for other processes' writes now; listeners are told before this returns. */
  checkForChanges(): void
  close(): void
}

/**
 * Opens the store in a directory, creating both when missing.
 * @param env where the master secret may come from
 * @throws StoreError when the file or its secret does not fit
 */
export function openStore(dataDir: string, env: NodeJS.ProcessEnv = process.env): Store {
  const { db, secret } = openChecked(dataDir, env)
  const sealer = createSealer(secret, 'store')
  const watch = createChangeWatch(db)
  return {
    dataDir,
    agents: createAgentTable(db, watch.mark),
    apiKeys: createApiKeyTable(db, watch.mark),
    revokedAgents: createRevokedAgentTable(db, watch.mark),
    tokenRevocations: createTokenRevocationTable(db, watch.mark),
    signingKeys: createSigningKeyTable(db, sealer),
    auditKeys: createAuditKeyTable(db, sealer),
    sealingKeys: createSealingKeyTable(db, sealer),
    sessions: createSessionTable(db),
    sessionSubscriptions: createSessionSubscriptionTable(db),
    heardLists: createHeardListTable(db),
    pins: createPinTable(db, watch.mark),
    adminCredentials: createAdminCredentialTable(db, watch.mark),
    approvals: createApprovalTable(db),
    policyVersions: createPolicyVersionTable(db, watch.mark),
    installation: readInstallation(db),
    deriveKey: (purpose) => deriveKey(secret, purpose),
    transaction(work) {
      const result = inTransaction(db, work)
      if (!db.isTransaction) watch.settle()
      return result
    },
    onChange: watch.onChange,
    isReadable: () => canRead(db),
    checkForChanges: watch.check,
    close() {
      watch.close()
      db.close()
    },
  }
}

function openChecked(dataDir: string, env: NodeJS.ProcessEnv): { db: DatabaseSync; secret: Uint8Array } {
  const file = join(dataDir, 'causeway.db')
  let db: DatabaseSync | undefined
  try {
    const secret = openMasterSecret(dataDir, env)
    db = openDatabase(file)
    migrate(db, file)
    checkSecret(db, secret, dataDir)
    return { db, secret }
  } catch (error) {
    db?.close()
    if (error instanceof StoreError) throw error
    const hint = 'Check that the data directory can be written, and that its files are whole'
    throw new StoreError('store_unavailable', `Cannot open store "${file}": ${(error as Error).message}`, hint)
  }
}

function canRead(db: DatabaseSync): boolean {
  try {
    return db.prepare('SELECT count(*) FROM settings').get() !== undefined
  } catch {
    return false
  }
}
