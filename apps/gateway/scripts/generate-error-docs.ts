/** Writes docs/errors.md from the table of failures; run it after the table has changed. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ADMIN_FAILURES } from '../src/admin/failures.ts'
import { GatewayError } from '../src/errors.ts'
import { FAILURES, type FailureCode, type FailureSource } from '../src/failures.ts'
import { dataOf } from '../src/request/reply.ts'
import { errorText } from '../src/wire/jsonrpc.ts'

/** Where the document stands. */
export const ERROR_DOCS = fileURLToPath(new URL('../../../docs/errors.md', import.meta.url))

const HEADINGS: Record<FailureSource, string> = {
  client: 'The client has to change something',
  policy: 'Policy says no',
  gateway: 'The gateway cannot',
  upstream: 'An upstream cannot',
}
const INTERNAL_ERROR = -32603

/** The document's text. */
export function renderErrorDocs(): string {
  const codes = Object.keys(FAILURES) as FailureCode[]
  const sections = (Object.keys(HEADINGS) as FailureSource[]).flatMap((source) => {
    const own = codes.filter((code) => FAILURES[code].source === source && !isOfAdmins(code))
    return own.length === 0 ? [] : [`## ${HEADINGS[source]}\n\n${tableOf(own)}\n`]
  })
  const ofAdmins = `## Of the admin API alone\n\n${tableOf(codes.filter(isOfAdmins))}\n`
  return `${INTRODUCTION}\n${[...sections, ofAdmins].join('\n')}`
}

const isOfAdmins = (code: FailureCode) => code in ADMIN_FAILURES

const INTRODUCTION = `<!-- Generated from apps/gateway/src/failures.ts by apps/gateway/scripts/generate-error-docs.ts: change those. -->

# Errors

Every way in which a request can fail, with the code that stands in \`error.data.code\`. A tool that fails is none of
them: its result passes as the upstream sent it, with \`isError\`.

An agent is told, for example:

\`\`\`json
${JSON.stringify(JSON.parse(example()), null, 2)}
\`\`\`

- \`message\` says what could not be done, to what, and why: \`Cannot <do> "<value>": <reason>\`.
- \`data.hint\` is the text in the tables below, unless the place knew better.
- \`data.retryable\` says whether the same request may succeed later; \`data.retryAfterMs\`, where present, when.
- \`data.upstream\` and \`data.tool\` name what it was about. Fields that the specification asks for, such as \`supported\`
  or \`uri\`, stand beside them.
- \`data.requestId\` is in the header \`X-Request-Id\` and in the log too, where the cause is. No answer holds a stack, a
  path or a cause.

**HTTP.** Failures with JSON-RPC code ${INTERNAL_ERROR} are answered in band, with HTTP 200, once the id of the request is
known, because clients turn any other status into a bare transport error; the status in the table is for what is refused
before that, and then comes without an id. 503 carries \`Retry-After\`, 401 \`WWW-Authenticate\`, 405 \`Allow\`. A legacy
client is told of an unknown method in band, because it takes a 404 for the end of its session. Where there is no JSON-RPC
code, the status says it all, and the body is there for people.
`

function example(): string {
  const message = 'Cannot finish the call to upstream "db": no answer in 30 s'
  const error = new GatewayError('upstream_timeout', message, { upstream: 'db' })
  const data = dataOf(error, '3d4c2a52-8a2f-4b7e-9d53-0f1f5b8f2c11')
  return errorText('7', { code: error.failure.rpc, message, data })
}

function tableOf(codes: readonly FailureCode[]): string {
  const rows = codes.map((code) => {
    const { http, rpc, retryable, hint } = FAILURES[code]
    return `| \`${code}\` | ${http} | ${rpc === 0 ? '–' : rpc} | ${retryable ? 'yes' : 'no'} | ${hint.replaceAll('<', '&lt;')} |`
  })
  return [
    '| Code | HTTP | JSON-RPC | Retryable | What the agent is told to do |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

if (import.meta.main) writeFileSync(ERROR_DOCS, renderErrorDocs())
