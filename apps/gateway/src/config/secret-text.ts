/** Text of the configuration that may come from a secret's reference. */
import { z } from 'zod'
import { Secret } from './secret.ts'

export const secret = z
  .custom<Secret>((value) => value instanceof Secret, { error: 'Want text; put it in quotes', abort: false })
  .meta({ type: 'string' })
