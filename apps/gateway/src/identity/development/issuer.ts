/** The development issuer: a real authorization service in the gateway's process, on a loopback port of its own, for trying out sign-in without an identity provider. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { isForwarded } from '../forwarded.ts'
import { type ConsentParts, serveConsent } from './consent.ts'
import { createIssuerState, type IssuerFacts, providerConfiguration } from './provider-configuration.ts'

/** What the issuer is made from. */
export interface IssuerParts extends IssuerFacts {
  port: number
  /** Agents to choose from on its page; there may be more. */
  agents(): readonly string[]
  /** Whether the text is a key of the agent: what its client credentials are. */
  isKeyOf(agent: string, key: string): boolean
  log: Logger
}

/** An issuer that listens. */
export interface DevelopmentIssuer {
  /** Its identifier, and where it is. */
  url: string
  close(): Promise<void>
}

const HOST = '127.0.0.1'
const INTERACTION = /^\/interaction\/[\w-]+$/

/**
 * Starts it. Everything that OAuth asks for is oidc-provider's; only the page is ours.
 * @throws the listener's own error (EADDRINUSE …)
 */
export async function startDevelopmentIssuer(parts: IssuerParts): Promise<DevelopmentIssuer> {
  const { log } = parts
  const http = createServer()
  const port = await listenOn(http, parts.port)
  const url = `http://${HOST}:${port}`
  const { default: Provider, errors } = await import('oidc-provider')
  const state = createIssuerState(parts)
  const providerNow = latestFor(parts.scopes, () => {
    const provider = new Provider(url, providerConfiguration(parts, state, errors))
    presentKeys(provider.Client, parts)
    provider.on('server_error', (_context, err) => log.warn({ err }, 'the development issuer failed'))
    return { provider, serve: provider.callback() }
  })
  http.on('request', (request, response) => {
    if (request.headers.host !== `${HOST}:${port}` || isForwarded(request)) return refuse(response, 403)
    if (!INTERACTION.test(request.url ?? '')) return void providerNow().serve(request, response)
    if (!isOwnForm(request, url)) return refuse(response, 403)
    const consent: ConsentParts = { provider: providerNow().provider, isAgent: parts.isAgent, agents: parts.agents }
    serveConsent(request, response, consent).catch(() => refuse(response, 400))
  })
  return { url, close: () => closeHttp(http) }
}

// oidc-provider fixes its scopes when it is made, and tools come and go; all that it remembers is elsewhere.
function latestFor<T>(scopes: () => readonly string[], make: () => T): () => T {
  let known: { of: string; made: T } | undefined
  return () => {
    const of = scopes().join(' ')
    if (known?.of !== of) known = { of, made: make() }
    return known.made
  }
}

/** An agent's client secret is any of its API keys, so that there is no other secret to make or lose. */
function presentKeys(Client: { prototype: object }, { isAgent, isKeyOf }: IssuerParts): void {
  const prototype = Client.prototype as { clientId: string; compareClientSecret(secret: string): unknown }
  const compare = prototype.compareClientSecret
  prototype.compareClientSecret = function (this: typeof prototype, secret: string) {
    return isAgent(this.clientId) ? isKeyOf(this.clientId, secret) : compare.call(this, secret)
  }
}

// Browsers say where a form comes from; another page must not answer this one.
function isOwnForm({ method, headers }: IncomingMessage, url: string): boolean {
  if (method !== 'POST') return method === 'GET'
  return headers.origin === undefined || headers.origin === url
}

function refuse(response: ServerResponse, status: number): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end('Cannot serve this here: start again from the client\n')
}

function listenOn(http: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen({ host: HOST, port }, () => resolve((http.address() as AddressInfo).port))
  })
}

function closeHttp(http: Server): Promise<void> {
  http.closeAllConnections()
  return new Promise((resolve) => http.close(() => resolve()))
}
