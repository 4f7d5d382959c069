/** The spellings of one URI: an upstream may fold any of them into another, so a deny is tried on all. */

/** A URI as the most forgiving upstream would compare it: percent signs decoded, without case. */
function foldUri(uri: string): string {
  const decoded = uri.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      return escapes
    }
  })
  return decoded.toLowerCase()
}

/** What a URI, or a pattern of URIs, is called once it is folded and once a URL parser has had it too. */
export function canonicalSpellings(uri: string): readonly string[] {
  const folded = foldUri(uri)
  return [...new Set([folded, ...[uri, folded].filter((text) => URL.canParse(text)).map(asParsed)])]
}

/** All that an upstream may take the URI for: its canonical spellings, and those without what upstreams overlook. */
export function spellingsOf(uri: string): readonly string[] {
  const canonical = canonicalSpellings(uri)
  return [...new Set([...canonical, ...canonical.map(withoutOverlooked)])]
}

/** Whether the URI leads different readers to different places, so that no rule can be held against it. */
export function isAmbiguous(uri: string): boolean {
  const folded = foldUri(uri)
  const hasDotSegment = folded.split(/[/?#]/).some((segment) => segment === '.' || segment === '..')
  return (
    hasDotSegment ||
    folded.includes('\\') ||
    folded !== folded.trim() ||
    [...folded].some(isControlCharacter) ||
    // The host of a file is dropped by one reader and a machine to the next.
    /^file:\/\/[^/]/.test(folded)
  )
}

function asParsed(uri: string): string {
  return foldUri(new URL(uri).href)
}

// A query, a fragment, a user, the root dot of a host, and slashes that name no folder: many readers go by the rest alone.
function withoutOverlooked(folded: string): string {
  const [whole, scheme = '', authority, path = ''] = /^([^:/?#]*:)(?:\/\/([^/?#]*))?([^?#]*)/.exec(folded) ?? []
  if (whole === undefined) return folded
  const host = authority?.slice(authority.lastIndexOf('@') + 1).replace(/\.(?=:|$)/, '')
  const segments = path.replace(/\/{2,}/g, '/').replace(/\/$/, '')
  return `${scheme}${host === undefined ? '' : `//${host}`}${segments}`
}

function isControlCharacter(character: string): boolean {
  return character < ' ' || (character >= '\u007f' && character <= '\u009f')
}
