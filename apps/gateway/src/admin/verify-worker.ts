/** Verifies the audit record in a thread of its own, because reading all of it would hold up every call. */
import { parentPort, workerData } from 'node:worker_threads'
import { type AuditFilesToVerify, verifyAudit } from '../audit/verify-audit.ts'

parentPort?.postMessage(verifyAudit(workerData as AuditFilesToVerify))
