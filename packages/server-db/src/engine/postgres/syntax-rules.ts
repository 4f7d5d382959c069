/** The syntax that a SELECT may consist of: every type of node with every field it may have; what is not here is refused. */

/** What stands in a field: one node of any type, a list of them, a plain value, or one node of a known type. */
export type FieldKind = 'node' | 'nodes' | 'value' | { type: string }

/** Each node: its fields, marked `*` for a list, `=` for a plain value, `:Type` for a node of that type. */
const NODES = {
  SelectStmt:
    'distinctClause* targetList* fromClause* whereClause groupClause* groupDistinct= havingClause windowClause* valuesLists* sortClause* limitOffset limitCount limitOption= withClause:WithClause op= all= larg:SelectStmt rarg:SelectStmt',
  WithClause: 'ctes* recursive=',
  CommonTableExpr:
    'ctename= aliascolnames* ctematerialized= ctequery search_clause:CTESearchClause cycle_clause:CTECycleClause',
  CTESearchClause: 'search_col_list* search_breadth_first= search_seq_column=',
  CTECycleClause: 'cycle_col_list* cycle_mark_column= cycle_mark_value cycle_mark_default cycle_path_column=',
  ResTarget: 'name= val',
  RangeVar: 'catalogname= schemaname= relname= inh= relpersistence= alias:Alias',
  RangeSubselect: 'lateral= subquery alias:Alias',
  RangeFunction: 'lateral= ordinality= is_rowsfrom= functions* alias:Alias coldeflist*',
  JoinExpr: 'jointype= isNatural= larg rarg usingClause* join_using_alias:Alias quals alias:Alias',
  Alias: 'aliasname= colnames*',
  ColumnDef: 'colname= typeName:TypeName is_local=',
  ColumnRef: 'fields*',
  ParamRef: 'number=',
  A_Const: 'ival= fval= boolval= sval= bsval= isnull=',
  A_Star: '',
  A_Expr: 'kind= name* lexpr rexpr rexpr_list_start= rexpr_list_end=',
  A_ArrayExpr: 'elements* list_start= list_end=',
  A_Indices: 'is_slice= lidx uidx',
  A_Indirection: 'arg indirection*',
  BoolExpr: 'boolop= args*',
  BooleanTest: 'arg booltesttype=',
  NullTest: 'arg nulltesttype=',
  CaseExpr: 'arg args* defresult',
  CaseWhen: 'expr result',
  CoalesceExpr: 'args*',
  MinMaxExpr: 'op= args*',
  CollateClause: 'arg collname*',
  FuncCall:
    'funcname* args* agg_order* agg_filter over:WindowDef agg_within_group= agg_star= agg_distinct= func_variadic= funcformat=',
  NamedArgExpr: 'arg name= argnumber=',
  GroupingFunc: 'args*',
  GroupingSet: 'kind= content*',
  WindowDef: 'name= refname= partitionClause* orderClause* frameOptions= startOffset endOffset',
  SortBy: 'node sortby_dir= sortby_nulls= useOp*',
  SQLValueFunction: 'op= typmod=',
  SubLink: 'subLinkType= testexpr operName* subselect',
  RowExpr: 'args* row_format= colnames*',
  TypeCast: 'arg typeName:TypeName',
  TypeName: 'names* typmods* typemod= arrayBounds*',
  List: 'items*',
  String: 'sval=',
  Integer: 'ival=',
} as const

/** What a statement that changes rows has besides. */
const WRITE_NODES = {
  InsertStmt: 'relation:RangeVar cols* selectStmt onConflictClause:OnConflictClause withClause:WithClause override=',
  UpdateStmt: 'relation:RangeVar targetList* whereClause fromClause* withClause:WithClause',
  DeleteStmt: 'relation:RangeVar usingClause* whereClause withClause:WithClause',
  OnConflictClause: 'action= infer:InferClause targetList* whereClause',
  InferClause: 'indexElems* whereClause',
  IndexElem: 'name= expr ordering= nulls_ordering=',
  SetToDefault: '',
} as const

/** The fields of nodes, by type and name. */
export type Syntax = ReadonlyMap<string, ReadonlyMap<string, FieldKind>>

/** Of a SELECT. */
export const SYNTAX: Syntax = toSyntax(NODES)
/** Of an INSERT, UPDATE or DELETE. */
export const WRITE_SYNTAX: Syntax = new Map([...SYNTAX, ...toSyntax(WRITE_NODES)])

// Where a node stands in the text, and how wide the text of a list is: nothing is decided on them.
function toSyntax(nodes: Readonly<Record<string, string>>): Syntax {
  const places = ['location', 'rexpr_list_start', 'rexpr_list_end', 'list_start', 'list_end', 'list_location']
  return new Map(
    Object.entries(nodes).map(([type, fields]) => [
      type,
      new Map([
        ...fields.split(' ').filter(Boolean).map(toField),
        ...places.map((name): [string, FieldKind] => [name, 'value']),
      ]),
    ]),
  )
}

function toField(text: string): readonly [string, FieldKind] {
  const [, name, mark, type] = /^(\w+)(\*|=|:(\w+))?$/.exec(text)!
  if (mark === '*') return [name!, 'nodes']
  if (mark === '=') return [name!, 'value']
  return [name!, type ? { type } : 'node']
}

/** What to write in place of syntax that is often tried. */
export const SYNTAX_ADVICE: ReadonlyMap<string, string> = new Map([
  ['RangeTableSample', 'Write WHERE random() < 0.01 in place of TABLESAMPLE.'],
  ['RangeTableFunc', 'XML is not read here: use JSON functions.'],
  ['XmlExpr', 'XML is not read here: use JSON functions.'],
  ['XmlSerialize', 'XML is not read here: use JSON functions.'],
  ['JsonTable', 'Use jsonb_path_query or jsonb_to_recordset.'],
  ['JsonFuncExpr', 'Use jsonb_path_query, jsonb_path_exists or ->>.'],
  ['JsonObjectConstructor', 'Use jsonb_build_object.'],
  ['JsonArrayConstructor', 'Use jsonb_build_array.'],
  ['JsonArrayQueryConstructor', 'Use jsonb_agg.'],
  ['JsonObjectAgg', 'Use jsonb_object_agg.'],
  ['JsonArrayAgg', 'Use jsonb_agg.'],
  ['JsonIsPredicate', 'Use jsonb_typeof.'],
  ['CurrentOfExpr', 'There are no cursors: compare with a key.'],
  ['SetToDefault', 'Write the value.'],
  ['MultiAssignRef', 'Set each column by itself: SET a = …, b = ….'],
  ['InsertStmt.returningClause', 'Leave RETURNING out: the report tells the rows.'],
  ['UpdateStmt.returningClause', 'Leave RETURNING out: the report tells the rows.'],
  ['DeleteStmt.returningClause', 'Leave RETURNING out: the report tells the rows.'],
])
