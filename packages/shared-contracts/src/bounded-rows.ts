/** Cuts a list of rows so that a result stays within its size, always on a row boundary. */

/** Results aim for this many bytes of text (UTF-8). */
export const DEFAULT_RESULT_BYTES = 16_000
/** No result leaves with more than this many bytes of text or of structured content. */
export const HARD_RESULT_BYTES = 40_000

/**
 * The longest prefix of `rows` whose rendered lines and JSON both fit.
 * @param render the text line of one row
 * @param maxBytes bound on either form
 */
export function fitRows<Row>(
  rows: readonly Row[],
  render: (row: Row) => string,
  maxBytes = DEFAULT_RESULT_BYTES,
): Row[] {
  let textBytes = 0
  let jsonBytes = 0
  let count = 0
  for (const row of rows) {
    textBytes += Buffer.byteLength(render(row)) + 1
    jsonBytes += Buffer.byteLength(JSON.stringify(row)) + 1
    if (count > 0 && (textBytes > maxBytes || jsonBytes > maxBytes)) break
    count++
  }
  return rows.slice(0, count)
}
