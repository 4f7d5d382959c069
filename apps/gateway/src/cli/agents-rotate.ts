/** `causeway agents rotate`: a new key, while the one in use keeps working for a while. */
import { duration } from '../config/units.ts'
import { rotateKey } from '../identity/issue-key.ts'
import { parseLife, printKey } from './agents-create.ts'
import { requireAgent } from './choose-agent.ts'
import { CliError } from './cli-error.ts'
import type { Workspace } from './workspace.ts'

/** Makes the key and prints it, with what becomes of the one before. */
export function agentsRotate(workspace: Workspace, name: string, options: { expires: string; overlap: string }): void {
  const agent = requireAgent(workspace, name)
  const wanted = { agent, lifeMs: parseLife(options.expires), overlapMs: parseOverlap(options.overlap) }
  const { previous, ...issued } = rotateKey(workspace.store(), wanted)
  const ends = previous && new Date(previous.expiresAtMs).toISOString()
  printKey(workspace, issued, previous ? { previous: { keyId: previous.keyId, expires: ends } } : {})
  if (previous) workspace.printer.note(`the key ${previous.keyId} ends ${ends}`)
}

function parseOverlap(text: string): number {
  const parsed = duration('0s', '90d').safeParse(text)
  if (parsed.success) return parsed.data
  throw new CliError('usage', `Cannot use --overlap "${text}": ${parsed.error.issues[0]?.message}`, {
    code: 'usage',
    hint: 'For example: --overlap 24h, or 0s to end the old key now',
  })
}
