/** `causeway ls upstreams`: the running gateway's upstreams and whether calls can reach them. */
import { fetchGateway } from './call-gateway.ts'
import { CliError } from './cli-error.ts'
import { formatTable } from './table.ts'
import type { Workspace } from './workspace.ts'

/** One upstream as `/readyz` shows it. */
interface UpstreamReadiness {
  state: string
  reason?: string
  [more: string]: unknown
}

/** Prints the upstreams in the configuration's order. */
export async function lsUpstreams({ gatewayUrl, printer }: Workspace): Promise<void> {
  const url = gatewayUrl()
  const response = await fetchGateway(`${url}/readyz`)
  // A gateway that is not ready says so with 503 and the same body.
  const body = (await response.json().catch(() => ({}))) as { upstreams?: Record<string, UpstreamReadiness> }
  if (!body.upstreams)
    throw new CliError('unreachable', `Cannot list the upstreams of "${url}": it does not name them`, {
      code: 'gateway_invalid',
      hint: 'Only a gateway on this machine names them here',
    })
  const upstreams = Object.entries(body.upstreams)
  printer.answer(
    upstreams.map(([id, readiness]) => ({ id, ...readiness })),
    () =>
      formatTable(
        ['UPSTREAM', 'STATE', 'REASON'],
        upstreams.map(([id, { state, reason }]) => [id, state, reason ?? '']),
      ),
  )
}
