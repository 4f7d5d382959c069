/** PostgreSQL's own parser and the way back to text, loaded when the first statement needs them. */
import { QueryFailure } from '../query-failure.ts'

/** A node of a syntax tree as the parser gives it: plain data, `{ NodeType: { field: … } }` where any type may stand. */
export type SyntaxNode = Record<string, unknown>

/** Parses and prints statements; synchronous once it is loaded. */
export interface SqlParser {
  /**
   * The statements of a text.
   * @throws {QueryFailure} `sql` for a syntax error, `refused` for a text too deep to be parsed
   */
  parse(sql: string): SyntaxNode[]
  /** The text of one statement. */
  print(statement: SyntaxNode): string
}

type Printing<Node extends 'A_Indirection' | 'SelectStmt'> = Parameters<import('pgsql-deparser').Deparser[Node]>

// The parser recurses for each; far more of them would take it a tenth of a second to give up.
const MAX_OPENINGS = 800

let loading: Promise<SqlParser> | undefined

/** The parser, loaded once for the process. */
export function loadSqlParser(): Promise<SqlParser> {
  loading ??= load().catch((error) => {
    loading = undefined
    throw error
  })
  return loading
}

async function load(): Promise<SqlParser> {
  const [library, { Deparser }] = await Promise.all([import('libpg-query'), import('pgsql-deparser')])
  await library.loadModule()
  class Printer extends Deparser {
    /** Of `(ARRAY[1, 2])[1]` the library leaves the parentheses out. */
    override A_Indirection(...[node, context]: Printing<'A_Indirection'>): string {
      const printed = super.A_Indirection(node, context)
      if (printed.startsWith('(')) return printed
      const subject = this.visit(node.arg!, context)
      return `(${subject})${printed.slice(subject.length)}`
    }

    /** In a subquery of `SET a = (…)` the library takes `x AS y` for an assignment. */
    override SelectStmt(...[node, context]: Printing<'SelectStmt'>): string {
      return super.SelectStmt(node, context.update ? context.spawn('SelectStmt', { update: false }) : context)
    }
  }
  return {
    parse(sql) {
      const openings = sql.match(/[([]|case/gi)?.length ?? 0
      if (openings > MAX_OPENINGS) throw tooDeep()
      try {
        const { stmts = [] } = library.parseSync(sql)
        return stmts.map(({ stmt }) => stmt as SyntaxNode)
      } catch (error) {
        // The parser is a WebAssembly module that recurses on the stack of its caller.
        if (['RangeError', 'RuntimeError'].includes((error as Error).name)) throw tooDeep()
        throw new QueryFailure('sql', error instanceof Error ? error.message : 'The text cannot be parsed')
      }
    },
    print: (statement) => new Printer(statement as never, { pretty: false }).deparseQuery(),
  }
}

function tooDeep(): QueryFailure {
  return new QueryFailure(
    'refused',
    'The statement is nested too deep.',
    'bounded_size',
    'Flatten it: IN (…) in place of chains of OR, WITH in place of nested subqueries, long lists in params.',
  )
}
