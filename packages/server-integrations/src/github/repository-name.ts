/** `owner/name`: how every GitHub tool names a repository. */
import { z } from 'zod'

const NAME = /^[\w-]+\/\.?[\w-][\w.-]*$/

/** Argument schema of a repository; dot-only names are refused, because in a request they would mean another place. */
export const repositoryName = z
  .string()
  .max(140)
  .refine((name) => NAME.test(name), { error: 'must be owner/name, e.g. acme/web' })
  .describe('e.g. acme/web')

/** The path segments under which the REST API keeps a repository. */
export function repositoryPath(repo: string): string[] {
  const [owner = '', name = ''] = repo.split('/')
  return ['repos', owner, name]
}
