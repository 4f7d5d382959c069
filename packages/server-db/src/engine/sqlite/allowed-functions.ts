/** The SQL functions that a statement may call; every other one is refused by name. */

const AGGREGATES =
  'avg count group_concat max median min percentile percentile_cont percentile_disc string_agg sum total'
const WINDOWS = 'cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number'
const DATES = 'current_date current_time current_timestamp date datetime julianday strftime time timediff unixepoch'
const MATH =
  'abs acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod pi pow power radians random round sign sin sinh sqrt tan tanh trunc'
const TEXT =
  'char concat concat_ws format glob hex instr length like lower ltrim octet_length printf quote replace rtrim substr substring trim unhex unicode upper'
const VALUES = 'coalesce if ifnull iif likelihood likely nullif typeof unlikely'
const JSON_FUNCTIONS =
  '-> ->> json json_array json_array_length json_error_position json_extract json_group_array json_group_object json_insert json_object json_patch json_pretty json_quote json_remove json_replace json_set json_type json_valid'

/** Names in lower case. */
export const ALLOWED_FUNCTIONS: ReadonlySet<string> = new Set(
  [AGGREGATES, WINDOWS, DATES, MATH, TEXT, VALUES, JSON_FUNCTIONS].join(' ').split(' '),
)

/** Table-valued functions that read nothing but their argument. */
export const ALLOWED_TABLE_FUNCTIONS: ReadonlySet<string> = new Set(['json_each', 'json_tree'])
