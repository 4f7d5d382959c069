/** The part of oidc-provider that stories use; the package has no types of its own. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'

  /** A token request, as a grant sees it. */
  export interface GrantContext {
    oidc: { params: Record<string, string | undefined>; client: { clientId: string } }
    body: unknown
  }

  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>)
    callback(): RequestListener
    registerGrantType(name: string, handler: (context: GrantContext) => Promise<void>, params: string[]): void
    readonly AccessToken: new (
      parts: Record<string, unknown>,
    ) => { resourceServer: unknown; save(): Promise<string>; expiration: number }
    readonly ResourceServer: new (
      identifier: string,
      data: Record<string, unknown>,
    ) => unknown
  }
}
