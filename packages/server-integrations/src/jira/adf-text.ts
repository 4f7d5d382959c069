/** Jira's document format to plain text and back: paragraphs, and whatever text is inside anything else. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'

const MAX_DEPTH = 20
const BLOCKS = ['paragraph', 'heading', 'listItem', 'codeBlock', 'blockquote', 'tableRow', 'rule']

/** The text of a document, a block a line; `''` for anything that is none. */
export function textOfAdf(node: unknown, depth = 0): string {
  if (typeof node !== 'object' || node === null || depth > MAX_DEPTH) return ''
  const { type, text, content } = node as { type?: string; text?: unknown; content?: unknown }
  if (type === 'text') return stripHidden(String(text ?? ''))
  if (type === 'hardBreak') return '\n'
  const inner = Array.isArray(content) ? content.map((each) => textOfAdf(each, depth + 1)).join('') : ''
  return BLOCKS.includes(type ?? '') ? `${inner.replace(/\n$/, '')}\n` : inner
}

/** A document of one paragraph a line. */
export function adfOfText(text: string): Record<string, unknown> {
  const paragraphs = text.split('\n').map((line) => ({
    type: 'paragraph',
    content: line === '' ? [] : [{ type: 'text', text: line }],
  }))
  return { type: 'doc', version: 1, content: paragraphs }
}
