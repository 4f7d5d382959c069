/** Secrets are found wherever they stand, harmless text is left as it is, and no text takes long. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createJsonRedactor, redactText } from './redact.ts'
import { compileTriggers } from './trigger-scan.ts'

const A40 = 'aB3'.repeat(14)
const SECRETS = {
  'own key': `cwy_live_k1d2_${A40}`,
  'admin token': `cwa_${A40}`,
  'admin session': `cws_${A40}`,
  jwt: 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl',
  jwe: 'eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn',
  aws: 'AKIAIOSFODNN7EXAMPLE',
  github: `ghp_${A40}`,
  'github, fine': `github_pat_${A40}`,
  gitlab: 'glpat-abcdefghij0123456789',
  slack: 'xoxb-123456789012-abcdefABCDEF',
  stripe: 'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
  google: `AIza${A40.slice(0, 35)}`,
  model: `sk-ant-api03-${A40}`,
  npm: `npm_${A40}`,
  pem: '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKCAQ\n-----END RSA PRIVATE KEY-----',
}

describe('redactText', () => {
  it.each(Object.entries(SECRETS))('takes out a secret: %s', (_, secret) => {
    for (const text of [secret, `before ${secret} after`, `"${secret}"`, `(${secret})`]) {
      const redacted = redactText(text)
      expect(redacted).toBe(text.replace(secret, redacted.match(/\[redacted [a-z ]+\]/)?.[0] as string))
    }
  })

  it.each([
    ['https://ann:s3cretpw@host/x', 'https://ann:[redacted password]@host/x'],
    ['https://h/x?access_token=abcdef&page=2', 'https://h/x?access_token=[redacted value]&page=2'],
    ['Server=db;Password=hunter22;Port=1', 'Server=db;Password=[redacted value];Port=1'],
    ['Authorization: BEARER abcdefghijkl', 'Authorization: BEARER [redacted credential]'],
  ])('takes out of %s what is secret alone', (text, redacted) => {
    expect(redactText(text)).toBe(redacted)
  })

  it.each([
    'a task-management-system-for-everybody',
    'https://example.com/a:b@c',
    'an eyJ.x alone',
    'ghp_short',
    'bearer of news',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    'token=',
  ])('leaves %s', (text) => {
    expect(redactText(text)).toBe(text)
  })

  it('takes time that grows with the text alone', () => {
    const timed = (text: string) => {
      const startedAtMs = performance.now()
      redactText(text)
      return performance.now() - startedAtMs
    }
    for (const piece of [
      'eyJ',
      'sk-',
      '://',
      '://a:',
      'token=',
      '-----BEGIN ',
      'cwy_',
      '-----BEGIN PRIVATE KEY',
      'eyJ.',
    ])
      expect(timed(piece.repeat(100_000)), piece).toBeLessThan(2_000)
  })
})

describe('createJsonRedactor', () => {
  const redactor = createJsonRedactor(['iban', 'creditCard'])
  const cleaned = (value: unknown) => {
    const text = JSON.stringify(value)
    return redactor.needsCare(text, 0, text.length) ? JSON.parse(redactor.redact(text)) : value
  }

  it.each([
    'password',
    'dbPassword',
    'client_secret',
    'API-Key',
    'apiKey',
    'api key',
    'Authorization',
    'pin',
    'iban',
    'credit_card',
  ])('leaves out the value of %s', (name) => {
    expect(cleaned({ a: [{ [name]: 'plain' }] })).toEqual({ a: [{ [name]: '[redacted]' }] })
    expect(cleaned({ [name]: { deep: ['x'] } })).toEqual({ [name]: '[redacted]' })
  })

  it.each(['passenger', 'pinned', 'author', 'key', 'monkey', 'secretary_free'.slice(9)])(
    'keeps the value of %s',
    (name) => {
      expect(cleaned({ [name]: 'plain' })).toEqual({ [name]: 'plain' })
    },
  )

  it('finds a name and a secret that are spelled with escapes', () => {
    const json = '{"p\\u0061ssword":"x","b":"\\u0063wy_live_abcdefghijklmnop","c":"https:\\/\\/u:pw@h"}'
    expect(redactor.needsCare(json, 0, json.length)).toBe(true)
    expect(JSON.parse(redactor.redact(json))).toEqual({
      password: '[redacted]',
      b: '[redacted causeway key]',
      c: 'https://u:[redacted password]@h',
    })
  })

  it('keeps numbers as they were written, and makes one line of many', () => {
    expect(redactor.redact('{\n "n": 1.0,\r\n "big": 9007199254740993, "t": "\u2028\u202e" }')).toBe(
      '{"n":1.0,"big":9007199254740993,"t":"\\u2028\\u202e"}',
    )
  })

  it('lets no secret through, wherever it stands', () => {
    const secret = fc.constantFrom(...Object.values(SECRETS))
    const around = fc.string({ maxLength: 12 })
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), secret, around, around, (other, canary, before, after) => {
        const value = { other, list: [{ [`k ${canary}`]: 1 }, `${before} ${canary} ${after}`] }
        expect(JSON.stringify(cleaned(value))).not.toContain(JSON.stringify(canary).slice(1, -1).slice(8))
      }),
    )
  })
})

it('a scan finds exactly what a search for each word finds', () => {
  const words = ['abc', 'bcd', 'c', 'ddd', 'a"b', 'aab']
  const scan = compileTriggers(words.filter((word) => word !== 'c'))
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'abcdABx"é'), maxLength: 20 }), (text) => {
      expect(scan(text)).toBe(words.some((word) => word !== 'c' && text.toLowerCase().includes(word)))
    }),
  )
})
