/** A collector that takes spans by OTLP over HTTP, and reads the protobuf with nothing of who wrote it (opentelemetry-proto, trace/v1/trace.proto). */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A span as it came. */
export interface CollectedSpan {
  traceId: string
  spanId: string
  /** Empty for a root. */
  parentSpanId: string
  name: string
  /** 1 internal, 2 server, 3 client. */
  kind: number
  startNs: bigint
  endNs: bigint
  attributes: Record<string, string | number>
  links: { traceId: string; spanId: string }[]
  /** 2 for an error. */
  status: number
}

/** A running one. */
export interface Collector {
  url: string
  spans: CollectedSpan[]
  /** Requests that came, answered or not. */
  requests: { path: string; contentType: string | undefined; bytes: Buffer }[]
  close(): Promise<void>
}

/** Starts one on a free port; `answer` stands in for what a good one says. */
export async function startCollector(answer?: (response: ServerResponse) => void): Promise<Collector> {
  const collector: Collector = { url: '', spans: [], requests: [], close: async () => {} }
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    collector.requests.push({ path: request.url ?? '', contentType: request.headers['content-type'], bytes })
    if (answer) return answer(response)
    collector.spans.push(...spansIn(bytes))
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  collector.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  collector.close = async () => {
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  }
  return collector
}

type Fields = Map<number, (Buffer | bigint)[]>

function spansIn(request: Buffer): CollectedSpan[] {
  const inside = (parent: Buffer, field: number) => messages(fieldsOf(parent), field)
  return inside(request, 1)
    .flatMap((resource) => inside(resource, 2))
    .flatMap((scope) => inside(scope, 2))
    .map((span) => spanOf(fieldsOf(span)))
}

function spanOf(fields: Fields): CollectedSpan {
  const [status] = messages(fields, 15)
  return {
    traceId: hex(fields, 1),
    spanId: hex(fields, 2),
    parentSpanId: hex(fields, 4),
    name: text(fields, 5),
    kind: Number(fields.get(6)?.[0] ?? 0),
    startNs: fields.get(7)?.[0] as bigint,
    endNs: fields.get(8)?.[0] as bigint,
    attributes: Object.fromEntries(messages(fields, 9).map((pair) => attributeOf(fieldsOf(pair)))),
    links: messages(fields, 13).map((link) => ({ traceId: hex(fieldsOf(link), 1), spanId: hex(fieldsOf(link), 2) })),
    status: status ? Number(fieldsOf(status).get(3)?.[0] ?? 0) : 0,
  }
}

function attributeOf(fields: Fields): [string, string | number] {
  const [value] = messages(fields, 2).map(fieldsOf)
  if (value?.has(1)) return [text(fields, 1), text(value, 1)]
  if (value?.has(4)) return [text(fields, 1), doubleOf(value.get(4)?.[0] as bigint)]
  return [text(fields, 1), Number(value?.get(3)?.[0] ?? Number.NaN)]
}

const doubleOf = (bits: bigint) => new Float64Array(BigUint64Array.of(bits).buffer)[0] as number
const messages = (fields: Fields, field: number) => (fields.get(field) ?? []) as Buffer[]
const hex = (fields: Fields, field: number) => messages(fields, field)[0]?.toString('hex') ?? ''
const text = (fields: Fields, field: number) => messages(fields, field)[0]?.toString('utf8') ?? ''

/** Protobuf's wire format: numbers as they are, everything else as bytes. */
function fieldsOf(message: Buffer): Fields {
  const fields: Fields = new Map()
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(message[at++] as number)
      value |= (byte & 127n) << shift
      if (byte < 128n) return value
    }
  }
  const bytes = (length: number) => {
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const tag = Number(varint())
    const type = tag & 7
    const value =
      type === 0 ? varint() : type === 1 ? bytes(8).readBigUInt64LE() : bytes(type === 5 ? 4 : Number(varint()))
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value])
  }
  return fields
}
