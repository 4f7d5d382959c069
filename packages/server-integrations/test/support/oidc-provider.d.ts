/** What the tests use of oidc-provider, which comes without types. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'

  interface Found {
    accountId: string
  }

  /** The whole authorization service. */
  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>)
    callback(): RequestListener
    on(event: string, listener: (...args: unknown[]) => void): void
    AccessToken: { find(token: string): Promise<Found | undefined> }
  }
}
