/** A path inside a repository, as the tools take it. */
import { z } from 'zod'

/** Argument schema of a path; dot segments are refused, because in a request they would leave the repository. */
export const repositoryFilePath = z
  .string()
  .min(1)
  .max(400)
  .refine((path) => !path.split('/').some((segment) => segment === '.' || segment === '..'), {
    error: 'must be a path without "." and ".." segments',
  })
