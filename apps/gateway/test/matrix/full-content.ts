/** What the two upstreams of the matrix have in common: the words that they ask with, and what they show. */

/** The question that is put to a person or a model. */
export const QUESTION = 'Which color?'

/** The form that goes with it. */
export const FORM = {
  type: 'object' as const,
  properties: { color: { type: 'string' as const } },
  required: ['color'],
}

/** The page that a person is asked to open. */
export const LINK = 'https://example.com/choose'

/** What is logged. */
export const TOPIC = 'something was done'

/** How severe it is, each in turn. */
export const LEVELS = ['debug', 'error'] as const

/** What completion chooses from. */
export const NAMES = ['one', 'two']

/** The contents of the interface that a tool shows, as the Apps extension has it. */
export const PANEL = {
  mimeType: 'text/html;profile=mcp-app',
  text: '<p>panel</p>',
  _meta: { ui: { prefersBorder: true } },
}

/** Where that interface is. */
export function panelUri(scheme: string): string {
  return `ui://${scheme}/panel`
}

/** The URI of a resource that was added under this name. */
export function addedUri(scheme: string, name: string): string {
  return `${scheme}://added/${name}`
}

/** A result of one text; what is no text is written as JSON. */
export function text(value: unknown): { content: { type: 'text'; text: string }[] } {
  return { content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }] }
}
