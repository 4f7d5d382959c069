/** The resource that shows one database's schema as the caller's role sees it. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import { type DbServices, viewSource } from '../db-services.ts'
import { renderSchema } from '../render-schema.ts'
import { databasesLike } from './databases-like.ts'

export const schemaResource = resourceOf<DbServices>()({
  name: 'schema',
  title: 'Schema of a database',
  description: 'Tables, columns, masks and references of one database',
  uri: 'database://{db}/schema',
  complete: { db: databasesLike },
  read: ({ db }, { services, caller }) => renderSchema(viewSource(services, caller, db ?? '')),
})
