/** How a domain server declares a resource: one URI or a template, read fresh on every request. */
import type { CallContext } from './define-tool.ts'

/** A text, the same as data where programs read it too, and for how long from now its reader may keep it (MCP `ttlMs`). */
export interface TimedText {
  text: string
  /** Goes out as JSON beside the text. */
  data?: object
  ttlMs: number
}

/** Bytes, in base64. */
export interface Bytes {
  blob: string
}

export interface ResourceDefinition<Services = unknown> {
  name: string
  title: string
  description: string
  /** A URI, or an RFC 6570 template with a literal scheme such as `project://{project}/status`. */
  uri: string
  mimeType: string
  scopes: readonly string[]
  /** How long a reader may keep the answer (MCP `ttlMs`); 0 = always ask again. */
  ttlMs: number
  /** Completes a template variable: the values that start with or contain `typed`. */
  complete?: Record<string, (typed: string, services: Services) => string[]>
  /** The resources that a template stands for and `resources/list` shows; call `changes.resourcesChanged` when they change. */
  list?: (services: Services) => { uri: string; title: string }[]
  /** @returns the text or the bytes, the text with its own lifetime where it differs from `ttlMs`; throw `ToolError('not_found', …)` for a URI that names nothing */
  read(
    variables: Record<string, string>,
    call: CallContext<Services>,
  ): Promise<string | TimedText | Bytes> | string | TimedText | Bytes
}

/** Declares a resource; `resourceOf<MyServices>()({...})`. */
export function resourceOf<Services>() {
  return function defineResource(
    spec: Omit<ResourceDefinition<Services>, 'ttlMs' | 'scopes' | 'mimeType'> &
      Partial<Pick<ResourceDefinition, 'ttlMs' | 'scopes' | 'mimeType'>>,
  ): ResourceDefinition<Services> {
    return { ttlMs: 0, scopes: [], mimeType: 'text/markdown', ...spec }
  }
}
