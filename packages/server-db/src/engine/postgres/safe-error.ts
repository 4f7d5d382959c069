/** Tells why Postgres failed a statement, by its SQLSTATE and never by a value: messages of the database may quote rows. */
import { QueryFailure } from '../query-failure.ts'

/** Classes and codes that say all there is to say by themselves. */
const TEXTS: Readonly<Record<string, string>> = {
  '21000': 'A subquery gives more than one row where one is needed',
  '22000': 'A value does not fit the operation',
  '22001': 'A text is too long for its type',
  '22003': 'A number is out of the range of its type',
  '22007': 'A text is no date or time',
  '22008': 'A date or time is out of range',
  '22009': 'A time zone offset is out of range',
  '2200F': 'A text is empty where that is not allowed',
  '22011': 'A substring has a negative length',
  '22012': 'division by zero',
  '22013': 'The frame of a window function has a negative size',
  '22014': 'The argument of ntile is not positive',
  '22019': 'The ESCAPE of a pattern is not one character',
  '2201B': 'A regular expression is not valid',
  '2201E': 'The argument of a logarithm is not positive',
  '2201F': 'A power has no real value',
  '2201G': 'The arguments of width_bucket are not valid',
  '2201W': 'LIMIT is negative',
  '2201X': 'OFFSET is negative',
  '22023': 'An argument of a function is not valid',
  '22025': 'A pattern ends with its escape character',
  '22030': 'A JSON object has a key twice',
  '22032': 'A text is not JSON',
  '22033': 'A JSON subscript is not valid',
  '2202E': 'An array subscript is out of range',
  '22P02': 'A value cannot be read as the type it is cast to',
  '22P05': 'A character cannot be converted',
  '23502': 'A value is NULL where the table does not allow it',
  '23503': 'A row refers to one that does not exist, or is referred to',
  '23505': 'A value that must be unique exists already',
  '23514': 'A row violates a check of its table',
  '23P01': 'A row conflicts with another',
  '25006': 'The transaction is read-only',
  '40001': 'The rows were changed by somebody else at the same time',
  '40P01': 'The statement waits for one that waits for it',
  '42501': 'The role of the connection is not allowed to do this',
  '54001': 'The statement is too complex for the database',
  '54011': 'The result has too many columns',
  '55P03': 'A table is locked by somebody else',
}

/** What the caller alone wrote: messages of these classes speak of names and types in the statement, not of rows. */
const NAMES_ONLY = new Set([
  '42601',
  '42602',
  '42622',
  '42701',
  '42702',
  '42703',
  '42704',
  '42710',
  '42712',
  '42723',
  '42725',
  '42803',
  '42804',
  '42809',
  '42830',
  '42846',
  '42883',
  '42P01',
  '42P02',
  '42P08',
  '42P09',
  '42P10',
  '42P18',
  '42P19',
  '42P20',
  '42P21',
  '42P22',
  '42939',
  '42611',
  '0A000',
])

/** The failure behind an error that Postgres or its driver gave; a failure passes unchanged. */
export function toQueryFailure(error: unknown): QueryFailure {
  if (error instanceof QueryFailure) return error
  const { code = '', message = '' } = error as { code?: string; message?: string }
  if (!/^[0-9A-Z]{5}$/.test(code)) return new QueryFailure('unavailable', 'The connection to the database was lost.')
  if (code === '57014') return new QueryFailure('timeout', 'The query ran longer than it may and was stopped.')
  if (code === '55P03' || code === '40001' || code === '40P01') return new QueryFailure('busy', `${TEXTS[code]}.`)
  if (code.startsWith('53') || code === '54000')
    return new QueryFailure('too_heavy', 'The query takes more memory or disk than the database has.')
  if (code.startsWith('08') || code.startsWith('57'))
    return new QueryFailure('unavailable', 'The database ended the connection.')
  if (code === '42P18' || code === '42P08')
    return new QueryFailure(
      'parameters',
      'The type of a parameter is not clear: write it as a cast, such as $1::int or $1::text.',
    )
  if (code === '42803')
    return new QueryFailure(
      'sql',
      `${message}. GROUP BY must name every column that is shown: the key of a table does not stand for its other columns here`,
    )
  const text = TEXTS[code] ?? TEXTS[`${code.slice(0, 2)}000`]
  if (text) return new QueryFailure('sql', text)
  return new QueryFailure(
    'sql',
    NAMES_ONLY.has(code) ? nameText(message) : `The database refused the statement (SQLSTATE ${code})`,
  )
}

function nameText(message: string): string {
  const missing = /^column "?([^"]+?)"? does not exist$/.exec(message)?.[1]
  if (missing) return `no such column: ${missing}`
  const called = /^function ([\w.]+)\(/.exec(message)?.[1]
  return called ? `no such function: ${called} with these arguments` : message
}
