/** The model endpoint that the environment may name: an OpenAI-compatible chat completion over HTTP, whose key never leaves this file. */
import { z } from 'zod'

const MAX_ANSWER_BYTES = 200_000

/** What a model is asked. */
export interface ModelRequest {
  system: string
  prompt: string
  maxTokens: number
  signal: AbortSignal
}

/** Asks the configured model. */
export interface ModelEndpoint {
  /** @throws Error whose message names no secret, when there is no usable answer */
  complete(request: ModelRequest): Promise<string>
}

const ANSWER = z.object({ choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1) })

/**
 * The endpoint of `CAUSEWAY_PROJECTS_MODEL_URL`, with `…_MODEL_NAME` and, unless it wants none, `…_MODEL_KEY`.
 * @throws when the URL is none, or would send the key in the clear to another machine
 */
export function modelEndpointOf(env: NodeJS.ProcessEnv): ModelEndpoint | undefined {
  const { CAUSEWAY_PROJECTS_MODEL_URL: address, CAUSEWAY_PROJECTS_MODEL_KEY: key } = env
  if (!address) return undefined
  const url = URL.canParse(address) ? new URL(address) : undefined
  const isLocal = url !== undefined && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)))
    throw new Error('Cannot use CAUSEWAY_PROJECTS_MODEL_URL: want an https URL, or http on this machine')
  const model = env.CAUSEWAY_PROJECTS_MODEL_NAME ?? 'default'
  return { complete: (request) => complete({ url, key, model }, request) }
}

async function complete(
  endpoint: { url: URL; key: string | undefined; model: string },
  { system, prompt, maxTokens, signal }: ModelRequest,
): Promise<string> {
  const response = await fetch(endpoint.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(endpoint.key ? { authorization: `Bearer ${endpoint.key}` } : {}),
    },
    body: JSON.stringify({
      model: endpoint.model,
      max_tokens: maxTokens,
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: prompt },
      ],
    }),
    // The key is for this address and no other.
    redirect: 'error',
    signal,
  }).catch(() => {
    throw new Error('the model endpoint does not answer, or not in time')
  })
  if (!response.ok) throw new Error(`the model endpoint answered with status ${response.status}`)
  const parsed = ANSWER.safeParse(await boundedJson(response))
  if (!parsed.success) throw new Error('the model endpoint answered with something else than a chat completion')
  return parsed.data.choices[0]?.message.content ?? ''
}

async function boundedJson(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength
      if (bytes > MAX_ANSWER_BYTES) return undefined
      chunks.push(chunk)
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined
  }
}
