/** The part of the contract about being killed: whatever was acknowledged is there afterwards, once. */
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { startHttp } from '../start-http.ts'
import type { CreateSample, DomainContract, Result } from './domain-contract.ts'
import { messageOf } from './trusting-place.ts'

const LANES = 4
const ACKNOWLEDGED = 12

/** One thing that must hold over a violent end. */
export interface DurabilityCheck {
  title: string
  /** Throws when it does not hold. */
  run(contract: DomainContract, dir: string): Promise<void>
}

const keepsAcknowledged: DurabilityCheck = {
  title: 'loses nothing it has acknowledged when it is killed in the middle of writing',
  async run(contract, dir) {
    const samples = (contract.creates ?? []).filter(({ isUnique }) => !isUnique)
    if (samples.length === 0 || contract.keepsWrites === false) return
    const killed = await startHttp(contract, dir)
    const acknowledged: { sample: CreateSample; key: string; data: Result }[] = []
    let isKilled = false
    const lane = async (sample: CreateSample) => {
      while (!isKilled) {
        const key = randomUUID()
        const data = await create(killed.url, sample, key).catch((error: unknown) => {
          if (!isKilled) throw error
        })
        if (data) acknowledged.push({ sample, key, data })
        if (acknowledged.length >= ACKNOWLEDGED && !isKilled) {
          isKilled = true
          await killed.kill()
        }
      }
    }
    await Promise.all(Array.from({ length: LANES }, (_, i) => lane(samples[i % samples.length] as CreateSample)))
    const again = await startHttp(contract, dir)
    try {
      for (const { sample, key, data } of acknowledged)
        expect(await create(again.url, sample, key), `${sample.tool} after a kill`).toEqual({ ...data, replayed: true })
    } finally {
      await again.stop()
    }
  },
}

async function create(url: string, { tool, args }: CreateSample, key: string): Promise<Result> {
  const params = { name: tool, arguments: { ...args, idempotency_key: key } }
  const text = await (await fetch(url, messageOf('tools/call', params))).text()
  const { result } = JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? text)
  if (result.isError) throw new Error(`Cannot sample ${tool}: ${result.structuredContent.error.message}`)
  return result.structuredContent
}

/** All of this part. */
export const DURABILITY_CHECKS = [keepsAcknowledged]
