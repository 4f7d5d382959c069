/** How one client is connected: the text that a person pastes, and where it goes. */

/** Where an agent connects, and what it proves itself with. */
export interface Entrance {
  /** The MCP endpoint. */
  url: string
  /** The agent's key; texts that can name the variable `CAUSEWAY_KEY` do so instead. */
  key: string
}

/** One client and the text that connects it. */
export interface Connection {
  /** What `causeway connect` calls it. */
  id: string
  title: string
  /** Where the text goes, as the end of "Put this into …". */
  place: string
  language: 'sh' | 'json' | 'js'
  /** The npm packages that the text needs, if it is code. */
  packages?: readonly string[]
  textFor(entrance: Entrance): string
}
