/** Writes JSON-RPC messages as text. */

/** A successful response; `result` is JSON text. */
export function resultText(idText: string, result: string): string {
  return `{"jsonrpc":"2.0","id":${idText},"result":${result}}`
}

/** A failed response; a `null` id is left out, as the specification asks when the request could not be read. */
export function errorText(idText: string | null, error: { code: number; message: string; data?: unknown }): string {
  return `{"jsonrpc":"2.0",${idText === null ? '' : `"id":${idText},`}"error":${JSON.stringify(error)}}`
}

/** A failed response; `error` is JSON text. */
export function failureText(idText: string, error: string): string {
  return `{"jsonrpc":"2.0","id":${idText},"error":${error}}`
}

/** A request; `params` is JSON text. */
export function requestText(idText: string, method: string, params: string): string {
  return `{"jsonrpc":"2.0","id":${idText},"method":${JSON.stringify(method)},"params":${params}}`
}

/** A notification; `params` is JSON text. */
export function notificationText(method: string, params = '{}'): string {
  return `{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":${params}}`
}
