/** Third-party APIs that fail when a story says so: an emulated Slack and Stripe behind fault proxies, in a process of their own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const SCRIPT = join(import.meta.dirname, '../../../../packages/server-integrations/test/support/faulty-vendors.ts')

/** A request as the vendor's proxy saw it. */
export interface SeenByVendor {
  method: string
  path: string
  idempotencyKey?: string
}

/** What happens to the next requests; all pass unless it is said. */
export interface VendorFault {
  fault?: 'pass' | 'reset' | 'reset_after' | 'silent_after' | { status: number }
  /** How many requests it happens to. */
  times?: number
  /** Only those whose path contains this. */
  path?: string
}

/** Starts them. */
export async function startFaultyVendors() {
  const child = spawn(process.execPath, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const { control, env } = JSON.parse(line) as { control: string; env: Record<string, string> }
  return {
    /** Variables with which server-integrations talks to them. */
    env,
    /** @returns what was seen since the last call of this for the vendor */
    async plan(vendor: 'slack' | 'stripe', { fault = 'pass', times = 0, path = '' }: VendorFault = {}) {
      const body = JSON.stringify({ vendor, fault, times, path })
      return (await (await fetch(control, { method: 'POST', body })).json()) as SeenByVendor[]
    },
    async close() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
