/** How a domain server declares a prompt: arguments from zod, and the text with the live data in it. */
import type { z } from 'zod'
import type { CallContext } from './define-tool.ts'

/** One message of a prompt; `resource` embeds a live resource of the same domain server. */
export type PromptPart = { text: string } | { resource: { uri: string; mimeType: string; text: string } }

export interface PromptDefinition<Services = unknown> {
  name: string
  title: string
  description: string
  scopes: readonly string[]
  /** Prompt arguments are strings on the wire, so every field must accept one. */
  args: z.ZodObject
  render(args: never, call: CallContext<Services>): Promise<PromptPart[]> | PromptPart[]
}

interface PromptSpec<Services, Args extends z.ZodObject> {
  name: string
  title: string
  description: string
  scopes?: readonly string[]
  args: Args
  render(args: z.output<Args>, call: CallContext<Services>): Promise<PromptPart[]> | PromptPart[]
}

/** Declares a prompt; `promptOf<MyServices>()({...})`. */
export function promptOf<Services>() {
  return function definePrompt<Args extends z.ZodObject>(spec: PromptSpec<Services, Args>): PromptDefinition<Services> {
    return { scopes: [], ...spec }
  }
}
