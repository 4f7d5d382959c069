/** Writes the argument `body` in the media type that the operation takes. */
import { pairsOf, textOf } from './encode-values.ts'
import { isRecord, type JsonRecord } from './json.ts'
import type { BodyPlan } from './operation.ts'

/** A body as it goes on the wire. */
export interface EncodedBody {
  type: string
  body: string | Uint8Array
}

/** @param value valid by the operation's schema */
export async function encodeBody(plan: BodyPlan, value: unknown): Promise<EncodedBody> {
  if (plan.kind === 'json') return { type: plan.mediaType, body: JSON.stringify(value) }
  if (plan.kind === 'form') return encodeForm(plan, isRecord(value) ? value : {})
  if (plan.kind === 'multipart') return encodeMultipart(plan, isRecord(value) ? value : {})
  if (typeof value === 'string') return { type: plan.mediaType, body: value }
  const { base64, content_type: given } = value as { base64: string; content_type?: string }
  const type = plan.mediaType.includes('*') ? 'application/octet-stream' : plan.mediaType
  return { type: safeType(given) ?? type, body: Buffer.from(base64, 'base64') }
}

function encodeForm(plan: BodyPlan, value: JsonRecord): EncodedBody {
  const pairs = Object.entries(value).flatMap(([name, one]) => {
    const field = plan.fields[name]
    // Without a word on how to nest them, APIs take parts as JSON.
    const isJson = field?.style === undefined && isRecord(one)
    return isJson ? [[name, JSON.stringify(one)] as [string, string]] : pairsOf(name, one, field ?? {})
  })
  return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(pairs).toString() }
}

async function encodeMultipart(plan: BodyPlan, value: JsonRecord): Promise<EncodedBody> {
  const form = new FormData()
  for (const [name, one] of Object.entries(value)) {
    if (plan.fields[name]?.style === 'deepObject') {
      for (const [key, text] of pairsOf(name, one, { style: 'deepObject' })) form.append(key, text)
      continue
    }
    for (const part of Array.isArray(one) ? one : [one]) {
      if (isFile(part)) form.append(name, blobOf(part), part.filename)
      else form.append(name, textOf(part))
    }
  }
  const written = new Response(form)
  return { type: written.headers.get('content-type') ?? plan.mediaType, body: await written.bytes() }
}

interface FilePart {
  filename: string
  base64: string
  content_type?: string
}

function blobOf({ base64, content_type: type }: FilePart): Blob {
  return new Blob([Buffer.from(base64, 'base64')], { type: safeType(type) ?? 'application/octet-stream' })
}

function isFile(part: unknown): part is FilePart {
  return isRecord(part) && typeof part.base64 === 'string' && typeof part.filename === 'string'
}

function safeType(given: string | undefined): string | undefined {
  return given !== undefined && /^[\w.+-]+\/[\w.+-]+$/.test(given) ? given : undefined
}
