/** What a driver offers: the client library's own calls, and answers as the library's model or program sees them. */
import { pathToFileURL } from 'node:url'

/** A connected client library. */
export interface Driven {
  /** Names of tools. */
  list(): Promise<string[]>
  call(tool: string, args: Record<string, unknown>): Promise<string>
  read(uri: string): Promise<string>
  /** How often it told its program that the list changed. */
  timesTold(): number
}

/** The `client` of the documented lines, which stand in the file. */
export async function clientOf<T>(connection: string): Promise<T> {
  const { client } = (await import(pathToFileURL(connection).href)) as { client: T }
  return client
}
