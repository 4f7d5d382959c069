/** Finds where an issuer publishes its keys: in its metadata. */
import { findMetadata } from './find-metadata.ts'

/**
 * The `jwks_uri` of the issuer's metadata.
 * @throws when there is none
 */
export async function findJwks(issuer: string): Promise<string> {
  const metadata = await findMetadata({ issuer, configured: [issuer], member: 'jwks_uri' })
  return metadata.jwks_uri as string
}
