/** Runs the bridge on the two pipes of a client until the client goes, or the process is told to end. */
import type { Readable, Writable } from 'node:stream'
import { MAX_BODY_BYTES } from '../request/edge.ts'
import { createLineReader } from '../upstream/stdio/line-reader.ts'
import { Bridge } from './bridge.ts'
import type { GatewayLink } from './gateway-link.ts'

/** A client's side of the bridge. */
export interface BridgeClient {
  input: Readable
  output: Writable
  /** Aborted when the process is told to end. */
  ending: AbortSignal
  /** A remark for the person who looks at stderr. */
  note(text: string): void
}

/** A client that has closed its side may still wait for what it asked last. */
const LAST_ANSWERS_MS = 1_500
/** With this much unread by the client nothing more is read from it. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024

/** Resolves when everything is said and every connection closed. */
export async function runBridge(client: BridgeClient, link: GatewayLink): Promise<void> {
  const { input, output, note } = client
  const bridge = new Bridge(link, { note, write: (line) => writeTo(client, line) })
  const read = createLineReader(MAX_BODY_BYTES, {
    onLine: (line, bytes) => bridge.onLine(line, bytes),
    onOverflow: (start, end) => bridge.onOverflow(start, end, MAX_BODY_BYTES),
  })
  input.on('data', read)
  input.once('end', () => read(Buffer.from('\n')))
  output.on('drain', () => input.resume())
  const hasLeft = await clientGone(client)
  await bridge.end(hasLeft ? LAST_ANSWERS_MS : 0)
}

function writeTo({ input, output }: BridgeClient, line: string): void {
  if (!output.writable) return
  output.write(`${line}\n`)
  if (output.writableLength > MAX_UNREAD_BYTES) input.pause()
}

/** Resolves to whether the client has only closed its side and may still read. */
function clientGone({ input, output, ending }: BridgeClient): Promise<boolean> {
  return new Promise((resolve) => {
    input.once('end', () => resolve(true))
    input.once('close', () => resolve(true))
    input.once('error', () => resolve(false))
    output.on('error', () => resolve(false))
    if (ending.aborted) resolve(false)
    ending.addEventListener('abort', () => resolve(false), { once: true })
  })
}
