/** One request to the admin API of the running gateway. */
import { publicUrlOf } from '../config/public-url-of.ts'
import { fetchGateway } from './call-gateway.ts'
import { CliError } from './cli-error.ts'
import type { Workspace } from './workspace.ts'

interface Failure {
  error?: { code: string; message: string; hint: string }
}

/**
 * Asks, with a token.
 * @throws CliError when it cannot be reached, or refuses
 */
export async function askAdmin<T>(
  workspace: Pick<Workspace, 'config'>,
  token: string,
  { method, path }: { method: 'GET' | 'POST' | 'DELETE'; path: string },
): Promise<T> {
  const response = await fetchGateway(adminUrlOf(workspace) + path, {
    method,
    headers: { authorization: `Bearer ${token}` },
  })
  const text = await response.text()
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T
  const { error } = parsed(text)
  throw new CliError(response.status === 401 ? 'credentials' : 'denied', error?.message ?? `HTTP ${response.status}`, {
    code: error?.code ?? 'gateway_invalid',
    hint: error?.hint ?? 'Check that the admin API of a Causeway gateway listens there',
  })
}

function parsed(text: string): Failure {
  try {
    return JSON.parse(text) as Failure
  } catch {
    return {}
  }
}

// From the configuration, as the gateway's own URL is: both run on it.
function adminUrlOf({ config }: Pick<Workspace, 'config'>): string {
  if (config.admin !== false && config.admin.port !== 0) return publicUrlOf({ listen: config.admin }, config.admin.port)
  throw new CliError('configuration', 'Cannot tell where the admin API is: it is turned off, or on any free port', {
    code: 'port_unknown',
    hint: 'Set CAUSEWAY_ADMIN_PORT to the port that the gateway printed',
  })
}
