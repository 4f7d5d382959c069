/** The shape of limits: the common ones, and what single agents have instead. */
import { z } from 'zod'

const count = z.int().min(0).max(1_000_000_000)
const perMinute = count.describe('Calls a minute; 0 is no limit.')
const concurrency = count.describe('Calls at the same time; 0 is no limit.')
const streams = count.describe('Event streams that are open at the same time; 0 is no limit.')
const writesPerMinute = count.describe('Calls a minute of each tool that may write; 0 is no limit.')

/** The limits of all agents, with their defaults. */
export const limitsSchema = z.strictObject({
  agent: z
    .strictObject({
      perMinute: perMinute.default(60),
      concurrency: concurrency.default(32),
      streams: streams.default(1_000),
    })
    .prefault({})
    .describe('What each agent may have, all its users together.'),
  user: z
    .strictObject({ perMinute: perMinute.default(60) })
    .prefault({})
    .describe('What each user may have, all agents that act for it together.'),
  write: z.strictObject({ perMinute: writesPerMinute.default(20) }).prefault({}),
  global: z
    .strictObject({ concurrency: count.default(2_000).describe('Requests at the same time; 0 is no limit.') })
    .prefault({}),
})

/** What one agent has in place of the common limits; what is left out stays as it is. */
export const ownLimitsSchema = z.strictObject({
  perMinute: perMinute.optional(),
  concurrency: concurrency.optional(),
  streams: streams.optional(),
  write: z.strictObject({ perMinute: writesPerMinute }).optional(),
})
