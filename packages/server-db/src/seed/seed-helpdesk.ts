/** Makes the shipped `helpdesk` database: the same data every time, but for dates, which lead up to the day it is made. */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { HELPDESK_INDEXES, HELPDESK_TABLES } from './helpdesk-schema.ts'
import { plantAnomalies } from './planted-anomalies.ts'
import { createSeededRandom } from './seeded-random.ts'
import type { Seeding } from './seeding.ts'
import { orderWriter, writeOrders, writeProducts } from './write-commerce.ts'
import { writeNordwindBikes } from './write-nordwind-bikes.ts'
import { writeCustomers, writeEmployees } from './write-people.ts'
import { ticketWriter, writeTickets } from './write-tickets.ts'

/** As many customers as make more than 60,000 rows in all. */
const DEFAULT_CUSTOMERS = 2_500
/** Fewest customers that still include the story's. */
const MIN_CUSTOMERS = 77

/**
 * Makes the file unless it exists; written aside and renamed, so that it is whole or absent.
 * @param options.customers the size; everything else follows from it
 */
export function seedHelpdesk(file: string, options: { customers?: number; today?: Date } = {}): void {
  if (existsSync(file)) return
  const draft = `${file}.${process.pid}.draft`
  rmSync(draft, { force: true })
  const db = new DatabaseSync(draft)
  try {
    db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN')
    db.exec(HELPDESK_TABLES)
    fill({
      db,
      random: createSeededRandom(456),
      today: options.today ?? new Date(),
      customers: Math.max(MIN_CUSTOMERS, options.customers ?? DEFAULT_CUSTOMERS),
    })
    db.exec(HELPDESK_INDEXES)
    db.exec('COMMIT')
    db.close()
    renameSync(draft, file)
  } finally {
    if (db.isOpen) db.close()
    rmSync(draft, { force: true })
  }
}

function fill(seeding: Seeding): void {
  writeEmployees(seeding)
  const ages = writeCustomers(seeding)
  const write = { order: orderWriter(seeding, writeProducts(seeding)), ticket: ticketWriter(seeding) }
  const orders = writeOrders(seeding, write.order, ages)
  writeTickets(seeding, write.ticket, orders)
  writeNordwindBikes(write)
  plantAnomalies(seeding, write.ticket)
}
