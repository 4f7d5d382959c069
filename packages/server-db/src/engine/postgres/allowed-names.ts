/** The functions, operators and types of PostgreSQL that a statement may use, all of them in `pg_catalog`; every other one is refused by name. */

const AGGREGATES =
  'any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp every json_agg json_object_agg jsonb_agg jsonb_object_agg max min mode percentile_cont percentile_disc range_agg range_intersect_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance'
const WINDOWS = 'cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number'
const DATES =
  'age clock_timestamp date_bin date_part date_trunc extract isfinite justify_days justify_hours justify_interval make_date make_interval make_time make_timestamp make_timestamptz now overlaps statement_timestamp timezone to_char to_date to_number to_timestamp transaction_timestamp'
const MATH =
  'abs acos acosd asin asind atan atan2 atan2d atand cbrt ceil ceiling cos cosd cosh cot cotd degrees div erf erfc exp factorial floor gcd lcm ln log log10 min_scale mod pi pow power radians random round scale sign sin sind sinh sqrt tan tand tanh trim_scale trunc width_bucket'
const TEXT =
  'ascii bit_length btrim casefold char_length character_length chr concat concat_ws convert_from convert_to decode encode format get_bit get_byte initcap is_normalized left length lower lpad ltrim md5 normalize octet_length overlay position quote_ident quote_literal quote_nullable repeat replace reverse right rpad rtrim sha224 sha256 sha384 sha512 split_part starts_with strpos substr substring to_hex translate unistr upper like_escape similar_to_escape'
const PATTERNS =
  'regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr string_to_array string_to_table'
const SEARCH =
  'numnode phraseto_tsquery plainto_tsquery querytree setweight strip to_tsquery to_tsvector ts_headline ts_rank ts_rank_cd websearch_to_tsquery'
const ARRAYS =
  'array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position array_positions array_prepend array_remove array_replace array_reverse array_sample array_shuffle array_sort array_to_json array_to_string array_upper cardinality generate_series generate_subscripts trim_array unnest'
const RANGES =
  'daterange int4range int8range isempty lower_inc lower_inf multirange numrange range_merge tsrange tstzrange upper_inc upper_inf int4multirange int8multirange nummultirange datemultirange'
const JSON_FUNCTIONS =
  'json_array_elements json_array_elements_text json_array_length json_build_array json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object json_object_keys json_strip_nulls json_to_record json_to_recordset json_typeof jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_concat jsonb_delete jsonb_each jsonb_each_text jsonb_exists jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof row_to_json to_json to_jsonb'
const VALUES =
  'crc32 crc32c gen_random_uuid host inet_merge masklen netmask network num_nonnulls num_nulls pg_typeof uuid_extract_timestamp'

/** Names in lower case. */
export const ALLOWED_FUNCTIONS: ReadonlySet<string> = new Set(
  [AGGREGATES, WINDOWS, DATES, MATH, TEXT, PATTERNS, SEARCH, ARRAYS, RANGES, JSON_FUNCTIONS, VALUES]
    .join(' ')
    .split(' '),
)

/** Operators, by their signs. */
export const ALLOWED_OPERATORS: ReadonlySet<string> = new Set(
  '+ - * / % ^ |/ ||/ @ & | # ~ << >> < > <= >= = <> != || -> ->> #> #>> #- @> <@ ? ?| ?& @? @@ && -|- &< &> <<= >>= ^@ ~~ !~~ ~~* !~~* ~* !~ !~*'
    .split(' ')
    .concat('BETWEEN', 'NOT BETWEEN', 'BETWEEN SYMMETRIC', 'NOT BETWEEN SYMMETRIC'),
)

/** Types that a value may be cast to. */
export const ALLOWED_TYPES: ReadonlySet<string> = new Set(
  'bit bool bpchar bytea char cidr date datemultirange daterange float4 float8 inet int2 int4 int4multirange int4range int8 int8multirange int8range interval json jsonb jsonpath macaddr numeric nummultirange numrange text time timestamp timestamptz timetz tsquery tsrange tstzrange tsvector uuid varbit varchar'.split(
    ' ',
  ),
)

/** The values that SQL writes without parentheses; those that tell of the session are not among them. */
export const ALLOWED_VALUE_FUNCTIONS: ReadonlySet<string> = new Set(
  ['DATE', 'TIME', 'TIMESTAMP'].flatMap((name) =>
    ['CURRENT_', 'LOCAL'].flatMap((prefix) => [`SVFOP_${prefix}${name}`, `SVFOP_${prefix}${name}_N`]),
  ),
)

// A cast by the name of its type, written as a field; none of them does more than convert.
const CASTS =
  'bool bpchar date float4 float8 int2 int4 int8 interval money name numeric text time timestamp timestamptz timetz varchar'

/** The function whose result is the name of a type, to which PostgreSQL would turn a text beside it. */
export const TYPE_FUNCTION = 'pg_typeof'

/** Names that may follow a dot even where PostgreSQL takes them for a call of a function on what stands before it. */
export const ALLOWED_FIELDS: ReadonlySet<string> = new Set(
  [...ALLOWED_FUNCTIONS, ...CASTS.split(' ')].filter((name) => name !== TYPE_FUNCTION),
)
