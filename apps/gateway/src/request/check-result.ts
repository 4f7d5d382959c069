/** Holds a tool's result against the output schema that the tool declares, as the upstream's `resultSchema` wants it: an upstream that drifted is reported, or kept from the agent. */
import type { UpstreamConfig } from '../config/upstream-config.ts'
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import { outputSchemaOf } from '../result-schema/output-schema.ts'
import type { Verdict } from '../result-schema/result-checker.ts'
import { isObject } from '../wire/envelope.ts'
import { membersOf } from '../wire/json-span.ts'
import type { Trail } from './record.ts'
import type { Target } from './targets/target.ts'

/** A message that may hold a result. */
export interface Told {
  /** The whole message. */
  text: string
  /** Where in it the result stands. */
  path: readonly string[]
  /** The same as it was parsed. */
  result: unknown
}

/** On whose behalf it is checked. */
export interface CheckContext {
  target: Target
  upstream: UpstreamConfig
  gateway: Gateway
  requestId: string
  /** Is told what was found. */
  trail?: Trail
}

/**
 * Checks the result of a call, or of the task that a call became.
 * @returns `undefined` at once where there is nothing to check; a promise that rejects when the result may not pass
 * @throws GatewayError upstream_invalid
 */
export function checkResult(told: Told, context: CheckContext): Promise<void> | undefined {
  const { target, upstream } = context
  if (upstream.resultSchema === 'off' || target.entry.kind !== 'tools') return undefined
  const result = isObject(told.result) ? told.result : undefined
  const isOver = result && (result.resultType === undefined || result.resultType === 'complete')
  if (!isOver || result.isError === true) return undefined
  const schema = outputSchemaOf(target.entry)
  if (!schema) return undefined
  const value = spanAt(told.text, [...told.path, 'structuredContent'])
  if (value === undefined) return settle({ kind: 'breaks', reason: '/ is missing' }, context)
  return context.gateway.resultChecker.check(schema, value).then((verdict) => settle(verdict, context))
}

async function settle(verdict: Verdict, { target, upstream, gateway, requestId, trail }: CheckContext): Promise<void> {
  if (verdict.kind === 'fits') return
  const { reason } = verdict
  const what = verdict.kind === 'breaks' ? 'breaks' : 'cannot be held against'
  const note = `the result ${what} the output schema: ${reason}`
  if (trail) trail.resultNote = note
  gateway.metrics.brokenResults.add([target.entry.upstream, verdict.kind])
  gateway.log.warn(
    { requestId, upstream: upstream.id, tool: target.entry.originalName, reason },
    `a result ${what} its output schema`,
  )
  if (upstream.resultSchema !== 'enforce') return
  // What exactly is wrong holds the upstream's own words, and those are not for the model.
  throw new GatewayError(
    'upstream_invalid',
    `Cannot pass on the result of tool ${JSON.stringify(target.name)}: it ${what} the output schema that the tool declares`,
    {
      upstream: upstream.id,
      tool: target.name,
      hint: 'The tool was run and its result is withheld. Check what took effect before you repeat the call, and tell the owner of the upstream.',
      cause: note,
    },
  )
}

/** JSON text of what stands at the path. */
function spanAt(text: string, path: readonly string[]): string | undefined {
  let start = 0
  let end = text.length
  for (const key of path) {
    const member = text[start] === '{' ? membersOf(text, start).findLast((each) => each.key === key) : undefined
    if (!member) return undefined
    start = member.start
    end = member.end
  }
  return text.slice(start, end)
}
