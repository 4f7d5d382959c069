/** An OAuth client with a person at its browser, as the SDKs want it: what they store, and where they send the person. */
import { type Answers, browse } from './scripted-browser.ts'

/** Where the client would wait for the code; nobody listens there. */
export const CALLBACK = 'http://127.0.0.1:9/callback'

/** What both SDKs take as their `authProvider`, by structure. */
export function createPerson(answers: Answers, client?: { client_id: string; issuer: string }) {
  let keepsRefreshToken = true
  let registered: object | undefined = client
  let tokens: { access_token: string; refresh_token?: string } | undefined
  let verifier = ''
  let discovered: object | undefined
  let sentTo: URL | undefined
  const sentBefore: URL[] = []
  return {
    /** From now on the client needs the person for every token. */
    forgetRefreshTokens() {
      keepsRefreshToken = false
    },
    /** All pages that the client sent the person to. */
    sentBefore,
    redirectUrl: CALLBACK,
    clientMetadata: {
      client_name: 'A <b>story</b>',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    clientInformation: () => registered as { client_id: string; issuer: string } | undefined,
    saveClientInformation(information: object) {
      registered = information
    },
    tokens: () => tokens as { access_token: string; token_type: string; refresh_token?: string } | undefined,
    saveTokens(next: { access_token: string; refresh_token?: string }) {
      const { refresh_token: _, ...withoutRefresh } = next
      tokens = keepsRefreshToken ? next : withoutRefresh
    },
    redirectToAuthorization(url: URL) {
      sentTo = url
      sentBefore.push(url)
    },
    saveDiscoveryState(state: object) {
      discovered = state
    },
    discoveryState: () => discovered as { authorizationServerUrl: string } | undefined,
    saveCodeVerifier(text: string) {
      verifier = text
    },
    codeVerifier: () => verifier,
    /** The person's part: signs in and approves. @returns what the browser comes back with */
    approve(more: Answers = {}): Promise<URLSearchParams> {
      if (!sentTo) throw new Error('Cannot sign in: the client has sent the person nowhere')
      return browse(sentTo, new URL(CALLBACK), { ...answers, ...more })
    },
  }
}

export type Person = ReturnType<typeof createPerson>
