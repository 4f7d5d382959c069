/** `causeway connect`: prints the text that connects a client to this gateway, to be pasted where the note says. */
import { closest } from '../config/closest.ts'
import { CONNECTIONS, findConnection, textWithoutKey } from '../connect/connections.ts'
import { CliError } from './cli-error.ts'
import { formatTable } from './table.ts'
import type { Workspace } from './workspace.ts'

/** Prints the text for the client, or all clients that there are texts for. */
export function connect({ config, gatewayUrl, printer }: Workspace, client: string | undefined): void {
  if (client === undefined) {
    const all = CONNECTIONS.map(({ id, title, place }) => ({ id, title, place }))
    printer.answer(all, () =>
      formatTable(
        ['CLIENT', '', 'WHERE IT GOES'],
        all.map(({ id, title, place }) => [id, title, plain(place)]),
      ),
    )
    return
  }
  const connection = findConnection(client)
  if (!connection) throw unknownClient(client)
  // What a client on another machine uses, unlike the other commands here.
  const url = `${config.publicUrl ?? gatewayUrl()}/mcp`
  const { id, title, place, language, packages } = connection
  const text = textWithoutKey(connection, url)
  printer.answer({ id, title, place: plain(place), language, packages, url, text }, () => text)
  if (printer.isJson) return
  printer.note(`for ${title}, goes into ${plain(place)}${packages ? `; needs ${packages.join(', ')}` : ''}`)
  printer.note('the key is that of an agent: `causeway agents create <name> --role <role>` makes one')
}

function plain(place: string): string {
  return place.replaceAll('`', '')
}

function unknownClient(client: string): CliError {
  const ids = CONNECTIONS.map(({ id }) => id)
  const nearest = closest(client, ids)
  return new CliError('usage', `Cannot connect "${client}": it is not known how`, {
    code: 'client_unknown',
    hint: nearest ? `Did you mean "${nearest}"?` : `Clients: ${ids.join(', ')}`,
  })
}
