/** What must hold, by id: each sentence can be proved from outside, and tests cite its id with `verifies`. */

/** One sentence. */
export interface Requirement {
  sentence: string
  /** Where the specification of 2026-07-28, or another document, demands it. */
  section?: string
  /** Whether all of it exists, so that a test must cite it. */
  isBuilt?: true
}

const built = { isBuilt: true } as const

/** All of them, by area and name. */
export const REQUIREMENTS = {
  'auth.matrix': {
    sentence:
      'Any token that is not exactly acceptable gets 401 with `resource_metadata`, and the upstream is not touched',
    section: 'Authorization, Token Handling; RFC 9728 §5.1',
    ...built,
  },
  'auth.canonical': {
    sentence:
      'Another spelling of a valid token (whitespace, padding, last character, two headers, query) is not that token',
    section: 'Authorization, Access Token Usage; RFC 6750 §2',
    ...built,
  },
  'auth.issuer': { sentence: "A token of one issuer never passes as another's", section: 'RFC 9068 §4', ...built },
  'auth.jwks': {
    sentence:
      'Rotation with overlap fails nobody; unknown key ids cause at most one fetch per cooldown; a dead identity provider does not fail valid tokens',
    ...built,
  },
  'auth.metadata': {
    sentence: 'Metadata and challenges do not depend on `Host`, `X-Forwarded-*` or the request target',
    section: 'RFC 9728 §3',
    ...built,
  },
  'auth.passthrough': {
    sentence: 'No inbound credential, cookie, session id or unknown `x-*` header reaches an upstream',
    section: 'Security Best Practices, Token Passthrough',
    ...built,
  },
  'auth.keys': {
    sentence:
      'Keys are hashed at rest, shown once, overlap, expire, are revoked in 5 s on every replica, and cannot mint keys',
    ...built,
  },
  'auth.dpop': { sentence: 'A bound token needs its proof', section: 'RFC 9449 §7' },
  'auth.dev': { sentence: 'The development issuer refuses production', ...built },
  'auth.bootstrap': { sentence: 'There is no default credential', ...built },
  'auth.console': { sentence: "Session, CSRF, CSP; an agent's credential does nothing there" },

  'policy.list-is-callable': {
    sentence: 'For any policy, the listed set is the callable set, in both eras',
    section: 'Server Features, Tools',
    ...built,
  },
  'policy.everywhere': { sentence: 'The decision is the same on every route, method and era', ...built },
  'policy.hidden': { sentence: 'Hidden and non-existent answer alike', ...built },
  'policy.batch': { sentence: 'A batch executes nothing', section: 'Transports, Streamable HTTP', ...built },
  'policy.one-parser': {
    sentence: 'What was authorized is what runs, whatever the bytes',
    section: 'RFC 8259 §4; Transports, Server Validation of headers',
    ...built,
  },
  'policy.odd-lists': { sentence: 'No shape of upstream answer makes a hidden definition visible', ...built },
  'policy.error-denies': {
    sentence: 'An error, a missing field or a wrong type denies, in allow and deny rules alike',
    ...built,
  },
  'policy.injective': {
    sentence: 'Two definitions never share a public name; the same definition keeps its name',
    ...built,
  },
  'policy.arguments': { sentence: 'Conditions see exactly the forwarded arguments', ...built },
  'policy.reload': { sentence: 'Reload is atomic, the last good stays, revocation acts on open streams', ...built },
  'policy.explain': { sentence: 'What explain says is what enforcement does and what audit records', ...built },
  'policy.linear': { sentence: 'No regular expression from outside blocks the loop', ...built },
  'policy.approval': { sentence: 'An approval covers exactly one call of exactly those arguments', ...built },

  'integrity.drift': {
    ...built,
    sentence: 'A changed definition is quarantined within one refresh, alone, and restored by approval',
  },
  'integrity.unicode': { sentence: 'Hidden Unicode is blocked', ...built },
  'integrity.shadow': { sentence: "A second upstream never receives the first's calls", ...built },
  'integrity.isolation': {
    sentence: 'Concurrent calls with equal ids never cross',
    section: 'JSON-RPC 2.0 §4',
    ...built,
  },
  'integrity.bound': {
    sentence: 'Sessions, states, tasks, cursors and approvals work for their caller alone',
    section: 'Security Best Practices, Session Hijacking; Multi Round-Trip Requests',
    ...built,
  },
  'integrity.cache': { sentence: 'A filtered answer is private', section: 'Utilities, Caching', ...built },
  'integrity.links': {
    sentence: 'The gateway fetches no URL that an upstream supplied',
    section: 'Server Features, Tools, JSON Schema; SEP-2106',
    ...built,
  },

  'edge.host': {
    sentence: 'Host and Origin are checked independently',
    section: 'Transports, Streamable HTTP, Security Warning',
    ...built,
  },
  'edge.json': {
    sentence: 'No JSON document causes a 5xx; invalid ones get 400',
    section: 'Transports, Streamable HTTP; JSON-RPC 2.0 §5.1',
    ...built,
  },
  'edge.bytes': { sentence: 'Text, numbers and unknown fields arrive as sent', section: 'RFC 8259 §6–8', ...built },
  'edge.limits': {
    sentence: 'Sizes, depths and counts are bounded, with the right status',
    section: 'RFC 9110 §15',
    ...built,
  },
  'edge.slow': { sentence: 'Slow clients are closed, others served', ...built },
  'edge.ssrf': {
    sentence: 'No URL field reaches a forbidden address',
    section: 'Security Best Practices, Server-Side Request Forgery',
    ...built,
  },
  'edge.commands': { sentence: 'No API sets a command', ...built },
  'edge.errors': { sentence: 'No upstream error text, stack, path or secret reaches an agent', ...built },

  'reliability.faults': { sentence: 'Each upstream fault ends in its bound, with its own code, alone', ...built },
  'reliability.bombs': { sentence: 'Huge, endless and deeply nested answers are cut at bounded memory', ...built },
  'reliability.bulkhead': { sentence: 'Hanging calls of one upstream do not slow another', ...built },
  'reliability.breaker': { sentence: 'Opens, half-opens, closes; lists stay' },
  'reliability.once': { sentence: 'A call that may not be repeated runs at most once' },
  'reliability.cancel': {
    sentence: 'Cancellation reaches the upstream within a second',
    section: 'Utilities, Cancellation',
    ...built,
  },
  'reliability.drain': { sentence: 'SIGTERM loses no call', ...built },
  'reliability.rolling': { sentence: 'Replicas restart one by one behind a load balancer and no call fails' },
  'reliability.crash': {
    sentence: 'After `kill -9` the chain verifies, nothing acknowledged is missing, no child survives',
    ...built,
  },
  'reliability.disk': { sentence: 'A full disk refuses writes and recovers', ...built },
  'reliability.stores': { sentence: 'Losing Redis or Postgres degrades as written' },
  'reliability.config': { sentence: 'A broken file changes nothing', ...built },
  'reliability.streams': { sentence: 'Ten thousand idle streams are cheap' },
  'reliability.fair': { sentence: 'A flood by one agent leaves the others alone', ...built },
  'reliability.overload': { sentence: 'Twice the capacity still serves most of it', ...built },
  'reliability.stdio': {
    sentence: 'Children are restarted, bounded and reaped',
    section: 'Transports, stdio, Shutdown',
    ...built,
  },
  'reliability.restart': {
    sentence: 'A restart is invisible to clients of both eras',
    section: '2025-11-25 Transports, Session Management',
    ...built,
  },

  'audit.complete': { sentence: 'Attempts equal records, each ended once', ...built },
  'audit.tamper': { sentence: 'Any change is found and named', ...built },
  'audit.secrets': { sentence: 'No secret reaches any sink', ...built },
  'audit.escape': { sentence: 'No input forges a record', ...built },

  'protocol.conformance': {
    sentence: 'Through the gateway = direct, both revisions, both routes',
    section: 'all of 2025-11-25 and of 2026-07-28 that the official suite checks',
    ...built,
  },
  'protocol.cells': {
    sentence:
      'All four cells carry tools, prompts, resources, completion, progress, cancellation, elicitation, sampling, roots, list changes and resource updates',
    section: 'Server Features; Client Features; Utilities; Base Protocol, Versioning',
    ...built,
  },
  'protocol.names': {
    sentence: 'Names fit every known client',
    section: 'Server Features, Tools, Tool Names',
    ...built,
  },
  'protocol.extensions': {
    sentence: 'Tasks, Apps and Skills pass end to end',
    section: 'SEP-2663, SEP-1865, SEP-2640',
    ...built,
  },
} satisfies Record<string, Requirement>

/** The id of a requirement. */
export type RequirementId = keyof typeof REQUIREMENTS
