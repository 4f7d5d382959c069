/** What the audit record says of one request: put together from texts that are made once for each caller, definition, decision and connection. */
import { hash } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Audit } from '../audit/audit.ts'
import { quoted, quotedOrNull } from '../audit/quoted.ts'
import { NO_ARGUMENTS, NOBODY, NOTHING, type RecordKind, recordBody, UNDECIDED } from '../audit/record-body.ts'
import type { Entry } from '../catalog/definition.ts'
import type { Gateway } from '../gateway.ts'
import type { Decision } from '../policy/decide.ts'
import type { CallDecision } from '../policy/judge.ts'
import { redactText } from '../redaction/redact.ts'
import type { Caller } from './caller.ts'
import type { Inbound } from './read.ts'
import type { Exchange } from './receive.ts'
import type { Trail } from './record.ts'
import type { Target } from './targets/target.ts'

/** The exchange as far as it is known. */
export type Attempt = Pick<Exchange, 'request' | 'requestId' | 'route'> & { startedAtMs?: number }

/** How it ended, where it has. */
export interface AttemptEnd {
  kind: RecordKind
  status?: number
  error?: string | undefined
  resultBytes?: number
}

const MAX_NAME_CHARACTERS = 256
/** Longer arguments are kept as their digest alone. */
const MAX_ARGUMENTS_CHARACTERS = 16 * 1024

/** The record's body. */
export function attemptBody(attempt: Attempt, trail: Trail, on: { gateway: Gateway; end: AttemptEnd }): string {
  const { caller, inbound } = trail
  const { audit } = on.gateway
  return recordBody({
    timeMs: Date.now(),
    instance: audit.instance,
    requestId: attempt.requestId,
    traceId: trail.trace?.traceId,
    whoText: caller ? whoText(caller) : NOBODY,
    era: inbound?.era,
    route: attempt.route,
    methodText: methodText(inbound, attempt.request.method),
    whatText: whatText(trail),
    policyVersion: caller?.policyVersion,
    decisionText: decisionText(trail),
    approvalId: trail.approvalId,
    argsText: inbound ? argsText(inbound, trail, audit) : NO_ARGUMENTS,
    kind: on.end.kind,
    status: on.end.status,
    error: on.end.error,
    resultBytes: on.end.resultBytes,
    totalMs: attempt.startedAtMs === undefined ? undefined : performance.now() - attempt.startedAtMs,
    queueMs: trail.queueMs,
    upstreamMs: trail.upstreamMs,
    clientText: clientText(attempt.request.socket, attempt.request.headers['user-agent']),
  })
}

const whoTexts = new WeakMap<Caller, string>()

function whoText(caller: Caller): string {
  let text = whoTexts.get(caller)
  if (text === undefined) {
    const { agent, keyId, user, token, identity } = caller
    const origin = token ? 'token' : (identity.origin ?? 'anonymous')
    text =
      `"origin":"${origin}","agent":${quoted(agent)},"keyId":${quotedOrNull(keyId)}` +
      (token ? `,"issuer":${quoted(token.issuer)},"tokenId":${quotedOrNull(token.id)}` : '') +
      `,"user":${quotedOrNull(user)},"act":${quotedOrNull(caller.act ?? (user === undefined ? undefined : agent))}`
    whoTexts.set(caller, text)
  }
  return text
}

const methodTexts = new Map<string, string>()
const MAX_REMEMBERED_METHODS = 200

function methodText(inbound: Inbound | undefined, httpMethod = ''): string {
  const method = inbound ? inbound.message.method : httpMethod
  let text = methodTexts.get(method)
  if (text === undefined) {
    text = method === '' ? 'null' : quoted(redactText(method.slice(0, 80)))
    if (methodTexts.size < MAX_REMEMBERED_METHODS && method.length < 80) methodTexts.set(method, text)
  }
  return text
}

const entryTexts = new WeakMap<Entry, string>()

// A tool is named as policy knows it, by whatever name and on whatever route it was called; a URI as it was asked for.
function whatText({ target, hidden, inbound }: Trail): string {
  if (hidden) return entryText(hidden)
  if (!target) return inbound ? unknownText(inbound) : NOTHING
  const { entry, name } = target
  const isNamed = entry.kind === 'tools' || entry.kind === 'prompts' || name === entry.publicName
  return isNamed ? entryText(entry) : whatMembers(entry, name)
}

function entryText(entry: Entry): string {
  let text = entryTexts.get(entry)
  if (text === undefined) {
    text = whatMembers(entry, entry.publicName)
    entryTexts.set(entry, text)
  }
  return text
}

function whatMembers({ upstream, hash: definitionHash }: Entry, name: Target['name']): string {
  return `"upstream":${quoted(upstream)},"tool":${nameText(name)},"definitionHash":${quotedOrNull(definitionHash)}`
}

// What was asked for and not found is what an investigation starts with.
function unknownText({ message: { params } }: Inbound): string {
  const name = params.name ?? params.uri
  if (typeof name !== 'string') return NOTHING
  return `"upstream":null,"tool":${nameText(name)},"definitionHash":null`
}

function nameText(name: string): string {
  return quoted(redactText(name.slice(0, MAX_NAME_CHARACTERS)))
}

const decisionTexts = new WeakMap<Decision, string>()

function decisionText({ decision, error, resultNote }: Trail): string {
  const cause = error?.code === 'unauthorized' ? String(error.cause) : undefined
  if (!decision) return cause === undefined ? UNDECIDED : `"rule":null,"decision":null,"reason":${quoted(cause)}`
  if (resultNote !== undefined)
    return `"rule":${quotedOrNull(decision.rule)},"decision":"${decision.effect}","reason":${quoted(redactText(resultNote.slice(0, 256)))}`
  let text = decisionTexts.get(decision)
  if (text === undefined) {
    const { rule, effect, reason } = decision as CallDecision
    text = `"rule":${quotedOrNull(rule)},"decision":"${effect}","reason":${quotedOrNull(reason?.slice(0, 256))}`
    decisionTexts.set(decision, text)
  }
  return text
}

// The digest is of the exact bytes that are forwarded. The intent and the result of a call share the text.
function argsText({ message }: Inbound, trail: Trail, { argumentsKept, redactor }: Audit): string {
  if (trail.argsText !== undefined) return trail.argsText
  const member = message.paramMembers.find(({ key }) => key === 'arguments')
  if (!member) return NO_ARGUMENTS
  const { start, end } = member
  const given = message.text.slice(start, end)
  let text = `"argsDigest":"${hash('sha256', given, 'hex')}"`
  if (argumentsKept === 'redacted') {
    if (end - start > MAX_ARGUMENTS_CHARACTERS) text += `,"args":"[left out: ${end - start} characters]"`
    else text += `,"args":${redactor.needsCare(message.text, start, end) ? redactor.redact(given) : given}`
  }
  trail.argsText = text
  return text
}

const clientTexts = new WeakMap<Socket, { userAgent: string | undefined; text: string }>()
const MAX_USER_AGENT_CHARACTERS = 200

function clientText(socket: Socket, userAgent: string | undefined): string {
  const before = clientTexts.get(socket)
  if (before && before.userAgent === userAgent) return before.text
  const agent = quotedOrNull(userAgent && redactText(userAgent.slice(0, MAX_USER_AGENT_CHARACTERS)))
  const text = `"ip":${quotedOrNull(socket.remoteAddress)},"userAgent":${agent}`
  clientTexts.set(socket, { userAgent, text })
  return text
}
