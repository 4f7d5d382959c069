/** A live resource as a part of a prompt. */
import type { PromptPart } from '@causeway/shared-contracts/define-prompt'

/** Embeds the Markdown that the resource at `uri` has now. */
export function embedded(uri: string, text: string): PromptPart {
  return { resource: { uri, mimeType: 'text/markdown', text } }
}
