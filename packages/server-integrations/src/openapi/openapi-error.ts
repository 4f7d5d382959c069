/** What is wrong with an OpenAPI document or its overlay, and where. */

/** Thrown for a document or overlay that cannot be used; tells the place as a JSON pointer or as `file:line:column`. */
export class OpenApiError extends Error {
  readonly at: string

  constructor(at: string, reason: string) {
    super(`Cannot use ${at}: ${reason}`)
    this.name = 'OpenApiError'
    this.at = at
  }
}
