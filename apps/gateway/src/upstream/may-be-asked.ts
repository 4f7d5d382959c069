/** Whether an upstream may ask something of a client: extensions and experiments alone give it no reason to. */

const NEVER_ASKED = new Set(['extensions', 'experimental'])

/** @param capabilities what the client declared, as JSON text */
export function mayBeAsked(capabilities: string): boolean {
  if (capabilities === '{}') return false
  return Object.keys(JSON.parse(capabilities) as object).some((name) => !NEVER_ASKED.has(name))
}
