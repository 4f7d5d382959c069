/** Reads JSON-RPC messages out of a body, be it JSON or the events of a stream that may not have ended. */

/** A JSON-RPC message of any kind. */
export interface Message {
  id?: unknown
  method?: string
  params?: Record<string, unknown>
  result?: Record<string, unknown>
  error?: { code: number; message: string }
}

/** All complete messages; what is not JSON is left out. */
export function messagesOf(body: string): Message[] {
  if (/^\s*[{[]/.test(body)) return parse(body)
  const complete = body.slice(0, body.lastIndexOf('\n\n') + 1)
  return complete.split('\n\n').flatMap((event) => {
    const data = event.split('\n').flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trimStart()] : []))
    return parse(data.join('\n'))
  })
}

function parse(text: string): Message[] {
  try {
    return [JSON.parse(text) as Message]
  } catch {
    return []
  }
}
