/** Sends a call once more with another credential when the upstream refused the one it carried: what was refused was not run. */
import { GatewayError } from '../errors.ts'
import type { UpstreamAnswer } from './answer.ts'
import type { Connection, UpstreamCall } from './connection.ts'
import { UNAUTHORIZED } from './http-status.ts'
import { unlessAborted } from './unless-aborted.ts'

/** Where credentials come from. */
export interface CredentialSource {
  /** That of the gateway's own calls. */
  own(): Promise<string | undefined>
  /** Told of one that the upstream refused. */
  refused(credential: string): void
}

/** The connection's `call` with that second try. */
export function callWithRenewal(connection: Pick<Connection, 'call'>, source: CredentialSource): Connection['call'] {
  return async (call) => {
    try {
      return await connection.call(call)
    } catch (error) {
      if (!isUnauthorized(error) || call.credential === undefined) throw error
      return again({ connection, source }, call, error)
    }
  }
}

async function again(
  { connection, source }: { connection: Pick<Connection, 'call'>; source: CredentialSource },
  call: UpstreamCall,
  refusal: unknown,
): Promise<UpstreamAnswer> {
  source.refused(call.credential as string)
  const credential = await unlessAborted(Promise.resolve((call.renewCredential ?? source.own)()), call.signal)
  if (credential === undefined || credential === call.credential) throw refusal
  return connection.call({ ...call, credential })
}

/** Whether the upstream refused the credential. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof GatewayError && error.detail.cause === UNAUTHORIZED
}
