/** The part of oidc-provider that is used here and in stories; the package has no types of its own. */
declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

  export interface Interaction {
    uid: string
    params: Record<string, unknown>
  }

  class Grant {
    constructor(of: { accountId: string; clientId: string })
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  class Client {
    readonly clientId: string
    readonly clientName?: string
    grantTypeAllowed(type: string): boolean
    compareClientSecret(secret: string): boolean | Promise<boolean>
    static find(id: string): Promise<Client | undefined>
  }

  /** Failures that are the client's. */
  export const errors: { InvalidTarget: new () => Error }

  /** A token request, as a grant sees it. */
  export interface GrantContext {
    oidc: { params: Record<string, string | undefined>; client: { clientId: string } }
    body: unknown
  }

  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>)
    readonly Grant: typeof Grant
    readonly Client: typeof Client
    callback(): RequestListener
    registerGrantType(name: string, handler: (context: GrantContext) => Promise<void>, params: string[]): void
    readonly AccessToken: new (
      parts: Record<string, unknown>,
    ) => { resourceServer: unknown; save(): Promise<string>; expiration: number }
    readonly ResourceServer: new (
      identifier: string,
      data: Record<string, unknown>,
    ) => unknown
    on(event: string, listener: (context: unknown, error: Error) => void): void
    /** @throws when the request belongs to no interaction of this browser */
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>
  }
}
