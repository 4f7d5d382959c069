/** The gateway's `instructions`, made for each view: which upstreams stand behind the names, and what each says of itself. */
import type { View } from './view.ts'

const MAX_CHARACTERS = 4_000
// Claude Code shows its model 2 KB of them in all.
const MAX_EACH = 800

/** One paragraph an upstream, for a model that has not seen the tools yet. */
export function describeView(view: View): string {
  const parts = view.upstreams()
  if (view.route !== undefined) return parts[0]?.identity.instructions.slice(0, MAX_CHARACTERS) ?? ''
  const lines = parts.map((part) => {
    const names = part.isNamespaced ? `names starting with ${part.prefix}__` : 'names without a prefix'
    const said = wholeSentences(part.identity.instructions.replace(/\s+/g, ' '))
    return `- ${part.title} (${names})${said ? `: ${said}` : ''}`
  })
  if (lines.length === 0) return 'Causeway: no tools are available to you.'
  return `Causeway gives you the tools of several systems behind one connection:\n${lines.join('\n')}`.slice(
    0,
    MAX_CHARACTERS,
  )
}

// Half a sentence may say the opposite of the whole one.
function wholeSentences(text: string): string {
  if (text.length <= MAX_EACH) return text
  const start = text.slice(0, MAX_EACH + 1)
  const end = start.lastIndexOf('. ')
  return end > 0 ? start.slice(0, end + 1) : `${start.slice(0, MAX_EACH)}…`
}
