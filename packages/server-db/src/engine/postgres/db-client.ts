/** One connection to a Postgres database: extended protocol only, values as the texts that the database sends. */
import pg from 'pg'
import Cursor from 'pg-cursor'
import { QueryFailure } from '../query-failure.ts'
import { CONNECT_TIMEOUT_MS } from '../query-limits.ts'

/** A value as it is bound: text that Postgres reads as the type it infers, or NULL. */
export type BoundValue = string | null | readonly string[]

/** A column of a result as the protocol describes it. */
export interface RawColumn {
  name: string
  /** OID of its type. */
  typeId: number
  /** The column is one of a table, shown as it is. */
  isStored: boolean
}

/** Rows that are read from the database as they are asked for. */
export interface RawCursor {
  /** The next rows, at most `count`; fewer at the end. */
  read(count: number): Promise<(string | null)[][]>
  /** Known once the first rows are read. */
  columns(): RawColumn[]
  close(): Promise<void>
}

/** A connection; not for two statements at a time. */
export interface DbClient {
  readonly isAlive: boolean
  /** Rows of a statement of ours. */
  rows(sql: string, params: readonly BoundValue[]): Promise<Record<string, string | null>[]>
  /** How many rows a statement changed. */
  execute(sql: string, params: readonly BoundValue[]): Promise<number>
  cursor(sql: string, params: readonly BoundValue[]): RawCursor
  /** Ends the connection at once, whatever it is doing. */
  destroy(): void
  end(): Promise<void>
}

// A result larger than this has no use here, and would be held in memory: a single value can have a gigabyte.
const MAX_RECEIVED_BYTES = 64 * 1024 * 1024

const AS_TEXT = { getTypeParser: () => (value: string) => value }

/** @throws {QueryFailure} `unavailable` when there is no connection within 2 s */
export async function connectDb(url: string): Promise<DbClient> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'causeway server-db',
    keepAlive: true,
    types: AS_TEXT as never,
  })
  let isAlive = true
  const lost = () => {
    isAlive = false
  }
  client.on('error', lost)
  client.on('end', lost)
  try {
    await client.connect()
  } catch (error) {
    destroy(client)
    throw new QueryFailure('unavailable', `The database cannot be reached: ${reasonOf(error)}.`)
  }
  const meter = meterStream(client)
  return {
    get isAlive() {
      return isAlive
    },
    rows: async (sql, params) => (await send(client, meter, { sql, params })).rows,
    execute: async (sql, params) => (await send(client, meter, { sql, params })).rowCount ?? 0,
    cursor: (sql, params) => readCursor(client, meter, { sql, params }),
    destroy: () => destroy(client),
    end: async () => {
      await client.end().catch(() => {})
    },
  }
}

/** A query without values would otherwise go by the simple protocol, which takes several statements. */
function send(
  client: pg.Client,
  meter: { reset(): void },
  { sql, params }: { sql: string; params: readonly BoundValue[] },
): Promise<pg.QueryResult<Record<string, string | null>>> {
  meter.reset()
  const query = { text: sql, values: params as unknown[], queryMode: 'extended' }
  return client.query(query as pg.QueryConfig)
}

function readCursor(
  client: pg.Client,
  meter: { reset(): void },
  { sql, params }: { sql: string; params: readonly BoundValue[] },
): RawCursor {
  const cursor = client.query(
    new Cursor<(string | null)[]>(sql, params as unknown[], { rowMode: 'array', types: AS_TEXT as never }),
  )
  let fields: pg.FieldDef[] = []
  return {
    read: (count) =>
      new Promise((resolve, reject) => {
        meter.reset()
        // After the last row there is no result any more.
        cursor.read(count, (error, rows, result) => {
          if (error) return reject(error)
          fields = (result as typeof result | undefined)?.fields ?? fields
          resolve(rows)
        })
      }),
    columns: () =>
      fields.map(({ name, dataTypeID, tableID }) => ({ name, typeId: dataTypeID, isStored: tableID !== 0 })),
    close: () => cursor.close(),
  }
}

/** Ends a connection that sends more than fits. */
function meterStream(client: pg.Client): { reset(): void } {
  let received = 0
  const { stream } = (client as unknown as { connection: { stream: NodeJS.ReadableStream } }).connection
  stream.on('data', (chunk: Buffer) => {
    received += chunk.byteLength
    if (received > MAX_RECEIVED_BYTES) destroy(client)
  })
  return {
    reset() {
      received = 0
    },
  }
}

function destroy(client: pg.Client): void {
  client.end().catch(() => {})
  ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
}

/** What a person may know of why there is no connection; nothing of the address or the credentials. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return 'nothing listens at its address'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its host name is not known'
  if (code === '28P01' || code === '28000') return 'it does not accept the credentials'
  if (code === '3D000') return 'there is no database of that name'
  if (code === '53300') return 'it has no connection left'
  if (code === '57P03') return 'it is starting up or shutting down'
  return /timeout/i.test(message ?? '') ? `no answer within ${CONNECT_TIMEOUT_MS} ms` : 'the connection failed'
}
