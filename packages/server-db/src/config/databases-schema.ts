/** The shape of databases.yaml. Its types come from here. */
import { z } from 'zod'
import { MAX_ROWS, MAX_TIMEOUT_MS } from '../engine/query-limits.ts'
import { MASKS } from '../policy/source-policy.ts'

const about = z.string().max(300)
const roleName = z.string().regex(/^([a-z][a-z0-9_]{0,31}|\*)$/, 'Want a role in lower case')
// YAML reads the mask `null` as no value.
const rule = z.preprocess((written) => (written === null ? 'null' : written), z.enum(['open', 'hidden', ...MASKS]))

/** A text alone is what the column means, and opens it to every role; else only the roles that are named see it. */
const column = z.union([about, z.strictObject({ about: about.default('') }).catchall(rule)])

const table = z.strictObject({
  /** What the table holds, for models. */
  about: about.default(''),
  /** Columns by name; one that is not here is seen by admins alone. */
  columns: z.record(z.string(), column).default({}),
  /** The rows that a role is held to: SQL over the table's own columns, in which `{{user}}` and `{{agent}}` stand for the caller. */
  rows: z.record(roleName, z.strictObject({ where: z.string().min(1).max(2_000), about })).default({}),
  /** What each role may do with run_transaction. */
  writes: z.record(roleName, z.array(z.enum(['insert', 'update', 'delete'])).min(1)).default({}),
})

/** A parameter of a named query: `$1` is the first one. */
const parameter = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/, 'Want a name in lower case'),
  type: z.enum(['text', 'integer', 'number', 'boolean', 'date']),
  about: about.default(''),
  /** Used when the caller gives none; without it the parameter is required. */
  default: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
  /** The only values there are. */
  choices: z
    .array(z.union([z.string(), z.number()]))
    .min(1)
    .max(50)
    .optional(),
  min: z.number().optional(),
  max: z.number().optional(),
})

const namedQuery = z.strictObject({
  about: about.min(1),
  sql: z.string().min(1).max(20_000),
  parameters: z.array(parameter).max(20).default([]),
  /** Who may run it; everybody with a role when left out. What it shows is masked as for every query. */
  roles: z.array(roleName).min(1).optional(),
})

const limits = z.strictObject({
  maxRows: z.int().min(1).max(MAX_ROWS).optional(),
  defaultTimeoutMs: z.int().min(50).max(MAX_TIMEOUT_MS).optional(),
  maxTimeoutMs: z.int().min(50).max(MAX_TIMEOUT_MS).optional(),
  /** Connections of Postgres, or processes for SQLite, at a time. */
  connections: z.int().min(1).max(50).optional(),
  maxWaiting: z.int().min(0).max(1_000).optional(),
  maxWaitMs: z.int().min(10).max(60_000).optional(),
})

const database = z.strictObject({
  engine: z.enum(['sqlite', 'postgres']),
  /** A file for SQLite, a URL for Postgres; `${env:NAME}` and `${file:/path}` stand for what is there. */
  connection: z.string().min(1),
  /** The connection with which run_transaction writes; without it nothing does. */
  writeUrl: z.string().min(1).optional(),
  /** Makes the file with the demonstration data when it is missing. */
  seed: z.literal('helpdesk').optional(),
  /** What the database holds, for models. */
  about: about.default(''),
  limits: limits.default({}),
  /** What a Postgres role may be that it should not, and why; told in `/readyz`. */
  posture: z
    .strictObject({ allow: z.array(z.enum(['superuser', 'write', 'unencrypted'])).min(1), reason: about.min(1) })
    .optional(),
  tables: z.record(z.string(), table).default({}),
  /** The table of people that `database://users` shows, in each role's view. */
  users: z.string().optional(),
  queries: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,47}$/, 'Want a name in lower case'), namedQuery).default({}),
})

/** What a source would be mistaken for in `database://` URIs. */
const RESERVED = ['catalog', 'policies', 'users', 'exports', 'blobs']

/** The whole file. */
export const databasesSchema = z.strictObject({
  version: z.literal(1),
  /** Roles from the most to the least privileged, each with the roles of the gateway's token that mean it. `admin` sees everything. */
  roles: z
    .record(roleName, z.array(z.string().min(1)).min(1))
    .default({ admin: ['operator'], support: ['support'], analyst: ['viewer'] }),
  databases: z
    .record(
      z
        .string()
        .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'Want an id in lower case')
        .refine((id) => !RESERVED.includes(id), 'This id means something else'),
      database,
    )
    .refine((all) => Object.keys(all).length > 0, 'Want at least one database'),
})

/** The file as written, with defaults. */
export type DatabasesFile = z.output<typeof databasesSchema>
/** One entry of `databases`. */
export type DatabaseEntry = z.output<typeof database>
/** One entry of `queries`. */
export type NamedQuery = z.output<typeof namedQuery>
/** One parameter of a named query. */
export type NamedParameter = z.output<typeof parameter>
