/** How a domain server declares a resource: one URI or a template, read fresh on every request. */
import type { CallContext } from './define-tool.ts'

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
  /** @returns the text; throw `ToolError('not_found', …)` for a URI that names nothing */
  read(variables: Record<string, string>, call: CallContext<Services>): Promise<string> | string
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
