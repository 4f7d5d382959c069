/** The step of an authorization in which a person says who the client is to be: the page, and its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import type { Interaction } from 'oidc-provider'
import { type Account, accountIdOf, readAccount } from './account.ts'
import { type ConsentView, consentPage, PAGE_HEADERS } from './consent-page.ts'

/** What the page is made from. */
export interface ConsentParts {
  provider: Provider
  isAgent(name: string): boolean
  /** Agents to choose from; there may be more. */
  agents(): readonly string[]
}

const MAX_FORM_BYTES = 4_096

/**
 * Serves `/interaction/{uid}`: GET shows the page, POST takes the answer.
 * @throws when this browser is in no such authorization
 */
export async function serveConsent(
  request: IncomingMessage,
  response: ServerResponse,
  parts: ConsentParts,
): Promise<void> {
  const { provider } = parts
  const interaction = await provider.interactionDetails(request, response)
  const show = async (status: number, problem?: string) => {
    const view = await viewOf(interaction, parts)
    response.writeHead(status, PAGE_HEADERS)
    response.end(consentPage(problem === undefined ? view : { ...view, problem }))
  }
  if (request.method !== 'POST') return show(200)
  const form = await readForm(request)
  if (form.get('answer') !== 'approve') {
    const refused = { error: 'access_denied', error_description: 'Refused by the person who was asked' }
    return provider.interactionFinished(request, response, refused)
  }
  const account = readAccount(form.get('agent') ?? '', form.get('user') ?? '')
  if (!account || !parts.isAgent(account.agent))
    return show(422, 'There is no such agent, or the user has no such name.')
  await provider.interactionFinished(request, response, await approvalOf(interaction, account, provider))
}

async function viewOf({ params }: Interaction, { provider, agents }: ConsentParts): Promise<ConsentView> {
  const id = String(params.client_id)
  const client = await provider.Client.find(id)
  return {
    client: client?.clientName === undefined ? id : `${client.clientName} (${id})`,
    redirectUri: String(params.redirect_uri ?? ''),
    resource: String(params.resource ?? ''),
    scopes: scopesIn(params),
    agents: agents(),
  }
}

async function approvalOf({ params }: Interaction, account: Account, provider: Provider): Promise<object> {
  const accountId = accountIdOf(account)
  const grant = new provider.Grant({ accountId, clientId: String(params.client_id) })
  const scope = scopesIn(params).join(' ')
  grant.addOIDCScope(scope)
  if (typeof params.resource === 'string') grant.addResourceScope(params.resource, scope)
  return { login: { accountId }, consent: { grantId: await grant.save() } }
}

function scopesIn({ scope }: Interaction['params']): string[] {
  return typeof scope === 'string' ? scope.split(' ').filter((each) => each !== '') : []
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > MAX_FORM_BYTES) throw new Error('Cannot read the form: it is too large')
  }
  return new URLSearchParams(text)
}
