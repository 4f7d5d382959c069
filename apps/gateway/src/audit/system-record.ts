/** Records of the gateway's own: that a chain begins or ends, and what it lost. They have the origin `gateway`, a method of their own, and what they tell in `args`. */

import { inert } from './quoted.ts'
import { NO_CLIENT, NOTHING, recordBody, UNDECIDED } from './record-body.ts'

const GATEWAY = '"origin":"gateway","agent":null,"keyId":null,"user":null,"act":null'

/** What such a record is about. */
export type SystemEvent = 'started' | 'ended' | 'lost' | 'refused' | 'admin'

/** The body of one. */
export function systemBody(
  event: SystemEvent,
  told: Record<string, unknown>,
  at: { timeMs: number; instance: string },
): string {
  return recordBody({
    ...at,
    requestId: null,
    traceId: undefined,
    whoText: GATEWAY,
    era: undefined,
    route: undefined,
    methodText: `"causeway/audit/${event}"`,
    whatText: NOTHING,
    policyVersion: undefined,
    decisionText: UNDECIDED,
    approvalId: undefined,
    argsText: `"argsDigest":null,"args":${inert(JSON.stringify(told))}`,
    kind: 'attempt',
    status: undefined,
    error: undefined,
    resultBytes: undefined,
    totalMs: undefined,
    queueMs: undefined,
    upstreamMs: undefined,
    clientText: NO_CLIENT,
  })
}
