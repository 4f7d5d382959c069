/** Which of a body's media types is spoken, and how. */

/** How a body is written. */
export type BodyKind = 'json' | 'form' | 'multipart' | 'raw'

/** Whether a media type is JSON or a dialect of it. */
export function isJsonType(mediaType: string): boolean {
  return /^application\/(json|[\w.-]+\+json)\s*(;|$)/i.test(mediaType)
}

/** How a body of this type is written. */
export function bodyKind(mediaType: string): BodyKind {
  if (isJsonType(mediaType)) return 'json'
  if (/^application\/x-www-form-urlencoded\b/i.test(mediaType)) return 'form'
  if (/^multipart\/form-data\b/i.test(mediaType)) return 'multipart'
  return 'raw'
}

const ORDER: readonly BodyKind[] = ['json', 'form', 'multipart', 'raw']

/** The type that says most with the least encoding; plain JSON before its dialects. */
export function chooseMediaType(offered: readonly string[]): string | undefined {
  const exact = offered.find((one) => one.toLowerCase() === 'application/json')
  if (exact !== undefined) return exact
  for (const kind of ORDER) {
    const found = offered.find((one) => bodyKind(one) === kind)
    if (found !== undefined) return found
  }
  return undefined
}
