/** Fetches what an issuer publishes: small, soon, from where it was asked for, or not at all. */
const MAX_BYTES = 256 * 1024
const TIMEOUT_MS = 5_000

/**
 * The JSON document at a URL; redirects are not followed.
 * @throws when there is none, it is larger than 256 KiB, or it takes longer than 5 s
 */
export async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel()
    throw new Error(`Cannot fetch "${url}": status ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop cancels the rest.
  for await (const chunk of response.body) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw new Error(`Cannot fetch "${url}": larger than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
