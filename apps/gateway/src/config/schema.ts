/** The shape of `causeway.yaml`: the source of the types, the defaults and the published JSON Schema. */
import { z } from 'zod'
import { authSchema, type IssuerConfig } from './auth-schema.ts'
import { httpUrl, originUrl } from './http-url.ts'
import { limitsSchema } from './limits-schema.ts'
import {
  type Agents,
  type Approvers,
  agentsSchema,
  approversSchema,
  type PolicyTest,
  policyTestSchema,
  type Rule,
  ruleSchema,
} from './policy-schema.ts'
import { duration } from './units.ts'
import type { UpstreamAuth } from './upstream-auth-schema.ts'
import type { ToolOverride, UpstreamConfig } from './upstream-config.ts'
import { upstreamsSchema } from './upstream-schema.ts'

export type { Agents, Approvers, IssuerConfig, PolicyTest, Rule, ToolOverride, UpstreamAuth, UpstreamConfig }

const HOST_AND_PORT = /^(\[[\da-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)(:\d{1,5})?$/
const HOST = /^([\da-fA-F:.]+|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)$/

const host = z.string().regex(HOST, 'Want an address or a host name')
const port = z.int().min(0).max(65_535)
const listener = (defaultPort: number) => ({
  host: host.default('127.0.0.1').describe('Address to listen on.'),
  port: port.default(defaultPort).describe('Port to listen on; 0 is any free one.'),
})

const adminSchema = z.strictObject({
  ...listener(8932),
  allowedHosts: z
    .array(z.string().regex(HOST_AND_PORT, 'Want a host name or address, with a port if need be'))
    .default([])
    .describe('Values of Host accepted beyond those of its listener.'),
})

const auditSchema = z
  .strictObject({
    retention: duration('1d', '3650d').prefault('90d').describe('How long records are kept.'),
    arguments: z.enum(['redacted', 'digest']).default('redacted').describe("What is kept of a call's arguments."),
    redact: z
      .array(z.string().regex(/^[A-Za-z][\w .-]{0,63}$/, 'Want the name of an argument'))
      .default([])
      .describe('Names of arguments whose values are left out, beside those that always are, such as password.'),
    checkpoints: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe("Where signed checkpoints go, from this file's folder; audit-checkpoints in dataDir by default."),
  })
  .transform(({ retention, ...rest }) => ({ ...rest, retentionMs: retention }))

const telemetrySchema = z.strictObject({
  otlp: httpUrl.nullable().default(null).describe('Collector that traces are sent to, by OTLP over HTTP.'),
  sample: z.number().min(0).max(1).default(0.1).describe('Share of the traces beginning here that are recorded.'),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severity that is logged.'),
})

/** The whole file as written; {@link Config} is what comes out of it. */
export const configSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format.'),
    listen: z.strictObject(listener(8931)).prefault({}).describe('Where agents connect.'),
    publicUrl: originUrl.optional().describe('Canonical URL; from the listener by default.'),
    allowedHosts: z
      .array(z.string().regex(HOST_AND_PORT, 'Want a host name or address, with a port if need be'))
      .default([])
      .describe('Values of Host accepted beyond those of publicUrl and the listener.'),
    allowedOrigins: z.array(originUrl).default([]).describe('Values of Origin accepted beyond publicUrl.'),
    admin: z
      .union([z.literal(false), adminSchema], { error: 'Want false, or a map with host and port' })
      .prefault({})
      .describe('Where the platform admin connects; false turns it off.'),
    dataDir: z.string().min(1).default('.causeway').describe("Where state is kept, from this file's folder."),
    store: z.literal('sqlite').default('sqlite'),
    shared: z.literal('memory').default('memory'),
    auth: authSchema.prefault({}),
    upstreams: upstreamsSchema,
    agents: agentsSchema,
    approvers: approversSchema,
    rules: z.array(ruleSchema).default([]).describe('Who may use what.'),
    tests: z.array(policyTestSchema).default([]).describe('What must hold before the rules become active.'),
    limits: limitsSchema.prefault({}),
    audit: auditSchema.prefault({}),
    telemetry: telemetrySchema.prefault({}),
  })
  .describe('Configuration of a Causeway gateway.')

/** The configuration the gateway runs on: complete, with absolute paths, milliseconds and bytes. */
export type Config = Omit<z.output<typeof configSchema>, 'rules' | 'tests'> & { rules: Rule[]; tests: PolicyTest[] }
