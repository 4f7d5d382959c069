/** What an operator would write so that the gateway can sign in to the suite: by the credentials that it hands out, at the service that it names. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

const contextSchema = z.union([
  z.object({ client_id: z.string(), client_secret: z.string() }),
  z.object({ client_id: z.string(), private_key_pem: z.string() }),
])
const resourceSchema = z.object({ authorization_servers: z.array(z.string()).min(1) })

/** Settings, and the file that they refer to. */
export interface SignInSettings {
  auth: Record<string, string>
  remove(): void
}

/**
 * The upstream's `auth`.
 * @param context what the suite gives to the client beside the URL
 */
export async function signInSettings(suiteUrl: string, context: unknown): Promise<SignInSettings> {
  const given = contextSchema.parse(context)
  const { origin, pathname } = new URL(suiteUrl)
  const response = await fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`)
  const [issuer = ''] = resourceSchema.parse(await response.json()).authorization_servers
  const folder = mkdtempSync(join(tmpdir(), 'causeway-conformance-'))
  const file = join(folder, 'secret')
  writeFileSync(file, 'client_secret' in given ? given.client_secret : given.private_key_pem)
  return {
    auth: {
      mode: 'client_credentials',
      issuer,
      clientId: given.client_id,
      ['client_secret' in given ? 'clientSecret' : 'privateKey']: `\${file:${file}}`,
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
