/** The words from which the helpdesk's people, products and tickets are made; every mail domain is a reserved one. */

export const FIRST_NAMES =
  'Ada Alina Amir Anders Beatriz Bruno Carla Chen Clara Daniel Dario Elena Emil Farah Felix Greta Hana Hugo Ines Ivan Jonas Julia Kenji Lara Leon Lina Marco Maria Mateo Mina Nadia Nils Nora Olga Omar Paula Petra Rafael Rosa Samir Sara Sofia Theo Tomas Vera Viktor Yara Zoe'.split(
    ' ',
  )

export const LAST_NAMES =
  'Adler Alvarez Andersen Becker Berger Blanc Castro Conti Costa Dahl Dubois Eriksen Ferrari Fischer Garcia Haas Hansen Hofer Ito Jansen Keller Kowalski Larsen Lehmann Lopez Maier Marino Moreau Nakamura Novak Olsen Peeters Pereira Petit Ricci Rossi Sato Schmid Silva Tanaka Urban Vogel Weber Winter Wolf Zimmer'.split(
    ' ',
  )

export const COMPANY_FIRST =
  'Alpine Baltic Brightwater Cedar Copper Delta Elbe Falcon Granite Harbor Juniper Lakeside Maple Meridian Northgate Oakline Pinecrest Quartz Riverside Summit Tidewater Willow'.split(
    ' ',
  )

export const COMPANY_SECOND =
  'Analytics Bakery Clinic Cycles Design Dental Foods Freight Gardens Hotels Kitchens Labs Legal Media Outfitters Press Robotics Schools Studios Textiles Tools Travel'.split(
    ' ',
  )

export const STREETS =
  'Station Road,Mill Lane,Hafenstrasse,Rue des Lilas,Via Roma,Calle Mayor,Lindenweg,Church Street,Kanaalstraat,Storgata'.split(
    ',',
  )

/** City and the country it lies in. */
export const CITIES =
  'Berlin DE,Hamburg DE,Munich DE,Vienna AT,Zurich CH,Paris FR,Lyon FR,Madrid ES,Valencia ES,Milan IT,Turin IT,Oslo NO,Lisbon PT,Utrecht NL,Warsaw PL,Boston US,Denver US,Portland US,Toronto CA'
    .split(',')
    .map((pair) => pair.split(' ') as [city: string, country: string])

export const COUPONS = ['SPRING10', 'WELCOME5', 'LOYAL15', 'FREESHIP']

/** Category, and the things in it. */
export const PRODUCT_KINDS: readonly [category: string, things: readonly string[]][] = [
  ['bikes', ['City Bike', 'Gravel Bike', 'Cargo Bike', 'Folding Bike']],
  ['parts', ['Saddle', 'Brake Set', 'Chain', 'Pedals', 'Wheel', 'Handlebar']],
  ['clothing', ['Rain Jacket', 'Gloves', 'Helmet', 'Cycling Shoes']],
  ['accessories', ['Pannier', 'Lock', 'Pump', 'Light Set', 'Bottle Cage']],
  ['services', ['Tune-up', 'Assembly', 'Fitting']],
]

export const PRODUCT_LINES =
  'Alba Boreal Cirrus Dune Ember Fjord Glide Halo Indigo Juno Kite Lumen Mistral Nova Onyx'.split(' ')

/** Job titles by team; the first of a team leads it. */
export const TEAMS: readonly [team: string, titles: readonly string[]][] = [
  ['support', ['Head of Support', 'Support Engineer', 'Support Specialist', 'Support Specialist']],
  ['sales', ['Head of Sales', 'Account Manager', 'Sales Representative']],
  ['engineering', ['Head of Engineering', 'Software Engineer', 'Site Reliability Engineer']],
  ['finance', ['Head of Finance', 'Accountant']],
  ['logistics', ['Head of Logistics', 'Warehouse Associate', 'Dispatcher']],
]

/** What tickets are about: subject, tags, first message. */
export const TICKET_TOPICS: readonly { subject: string; tags: readonly string[]; body: string }[] = [
  {
    subject: 'Where is my order?',
    tags: ['shipping'],
    body: 'The tracking page has not changed for days. When will it arrive?',
  },
  {
    subject: 'Item arrived damaged',
    tags: ['shipping', 'quality'],
    body: 'The box was crushed and the frame has a dent. I would like a replacement.',
  },
  {
    subject: 'Wrong size delivered',
    tags: ['returns'],
    body: 'I ordered medium and got large. How do I send it back?',
  },
  {
    subject: 'Refund not received',
    tags: ['billing', 'refund'],
    body: 'The return was confirmed two weeks ago, the money is not there yet.',
  },
  { subject: 'Cannot log in', tags: ['account'], body: 'The password reset mail never comes.' },
  {
    subject: 'Invoice needs our VAT number',
    tags: ['billing'],
    body: 'Please issue the invoice again with our VAT number on it.',
  },
  {
    subject: 'Coupon is not accepted',
    tags: ['checkout', 'coupon'],
    body: 'The shop says that my coupon has expired, but the mail says otherwise.',
  },
  { subject: 'Payment declined', tags: ['checkout', 'billing'], body: 'My card works elsewhere. What is wrong?' },
  {
    subject: 'Change delivery address',
    tags: ['shipping'],
    body: 'We moved. Please send the parcel to the new address.',
  },
  { subject: 'Question about compatibility', tags: ['presales'], body: 'Does this wheel fit a 2019 frame?' },
  { subject: 'Cancel my order', tags: ['orders'], body: 'I ordered twice by mistake, please cancel the second one.' },
  {
    subject: 'Export of our order history',
    tags: ['account', 'data'],
    body: 'We need all orders of last year as a file for our accountant.',
  },
]

export const REPLIES = [
  'Thank you for writing to us. I am looking into it and will come back to you today.',
  'I have asked the warehouse and expect an answer tomorrow.',
  'This is solved now. Please tell us if anything is still missing.',
  'Could you send us a photo and the number on the box?',
]

export const CUSTOMER_FOLLOW_UPS = [
  'Any news on this?',
  'Thanks, that helped.',
  'Here is the information you asked for.',
  'I have tried that and it did not change anything.',
]

export const INTERNAL_NOTES = [
  'Second contact about the same parcel, carrier claim opened.',
  'Customer is known to be patient, keep them informed.',
  'Waiting for finance to confirm the booking.',
]

export const REFUND_REASONS = ['damaged', 'wrong item', 'late delivery', 'returned', 'charged twice']
