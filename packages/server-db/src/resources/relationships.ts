/** The resource that shows how the tables of a database refer to each other, as the caller's role sees them. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import { type DbServices, viewSource } from '../db-services.ts'
import { outlineLink, toLink } from '../table-outline.ts'
import { visibleTables } from '../visible-tables.ts'
import { databasesLike } from './databases-like.ts'

export const relationshipsResource = resourceOf<DbServices>()({
  name: 'relationships',
  title: 'How tables refer to each other',
  description: 'Every reference between tables of one database, for joins',
  uri: 'database://{db}/relationships',
  complete: { db: databasesLike },
  async read({ db }, { services, caller }) {
    const view = viewSource(services, caller, db ?? '')
    const tables = await visibleTables(view)
    const lines = tables.flatMap((table) =>
      table.foreignKeys.map((key) => `- ${table.name}.${outlineLink(toLink(key))}`),
    )
    return [`# References in ${view.source.id}`, '', ...(lines.length > 0 ? lines : ['None are declared.'])].join('\n')
  },
})
