/** Asks an issuer what an opaque token is (RFC 7662): what does not come from the token itself has to come from there, and without an answer nothing is believed. */
import type { JWTPayload } from 'jose'
import type { IssuerConfig } from '../config/schema.ts'
import { egressFetch } from '../egress/egress-fetch.ts'

/** A stranger can make up any number of tokens, and each would be a question. */
const MAX_QUESTIONS = 16
const MAX_TOKEN_CHARACTERS = 4_096
/** RFC 6750 §2.1. */
const OPAQUE = /^[A-Za-z0-9._~+/-]+=*$/
/** Credentials of the gateway itself, which are no issuer's business. */
const OWN = /^cw[ays]_/

/** What an active token is, as its issuer says; `undefined` for every other token. */
export type Introspect = (token: string) => Promise<JWTPayload | undefined>

/** Whether a token is one to ask about: it is not ours, and not a JWT, which is verified by its signature. */
export function isOpaque(token: string): boolean {
  const isJwt = token.split('.').length === 3
  return !isJwt && token.length <= MAX_TOKEN_CHARACTERS && OPAQUE.test(token) && !OWN.test(token)
}

/**
 * Makes the way to ask an issuer.
 * @throws when called: the issuer did not answer as it should, or too many questions are open
 */
export function createIntrospect({ issuer, introspection }: IssuerConfig): Introspect | undefined {
  if (introspection === null) return undefined
  const { url, clientId, clientSecret } = introspection
  let open = 0
  const ask = async (token: string): Promise<unknown> => {
    const { status, body } = await egressFetch({
      url,
      configured: [issuer, url],
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        authorization: basicOf(clientId, clientSecret.reveal()),
      },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
    })
    if (status !== 200) throw new Error(`Cannot introspect a token at "${url}": status ${status}`)
    return JSON.parse(body.toString('utf8'))
  }
  return async (token) => {
    if (open >= MAX_QUESTIONS) throw new Error(`Cannot introspect a token at "${url}": ${open} questions are open`)
    open++
    try {
      return activeIn(await ask(token), issuer)
    } finally {
      open--
    }
  }
}

// RFC 7662 §2.2: everything but `active` is optional, and an issuer that says who it is must be the one that was asked.
function activeIn(answer: unknown, issuer: string): JWTPayload | undefined {
  const { active, ...said } = (answer ?? {}) as JWTPayload & { active?: unknown; token_type?: unknown }
  if (active !== true || (said.iss !== undefined && said.iss !== issuer)) return undefined
  const isBearer = said.token_type === undefined || /^bearer$/i.test(String(said.token_type))
  return isBearer ? said : undefined
}

// RFC 6749 §2.3.1: both are encoded as in a form before they are joined.
function basicOf(clientId: string, secret: string): string {
  const encode = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(secret)}`).toString('base64')}`
}
