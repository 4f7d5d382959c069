/** The log line of what a caller asked for beside tools: who, what, how it ended and how long it took; never what was in it. */
import type { CallContext } from './define-tool.ts'

/**
 * Runs it and logs how it ended.
 * @param what its kind as the message, and its declared name
 */
export async function logged<T>(
  call: Pick<CallContext, 'log' | 'caller'>,
  what: { kind: 'resource read' | 'prompt'; name: string },
  run: () => Promise<T>,
): Promise<T> {
  const startedAtMs = performance.now()
  const { agent, user } = call.caller
  const tell = (outcome: 'result' | 'error') =>
    call.log.info({ item: what.name, agent, user, outcome, ms: Math.round(performance.now() - startedAtMs) }, what.kind)
  try {
    const result = await run()
    tell('result')
    return result
  } catch (error) {
    tell('error')
    throw error
  }
}
