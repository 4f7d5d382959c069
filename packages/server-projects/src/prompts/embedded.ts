/** A live resource as a part of a prompt. */
import type { PromptPart } from '@causeway/shared-contracts/define-prompt'
import type { View } from '../store/view-cache.ts'

/** Embeds the Markdown that the resource at `uri` has now. */
export function embedded(uri: string, { text }: View): PromptPart {
  return { resource: { uri, mimeType: 'text/markdown', text } }
}
