/** Names of members whose values are left out wherever they stand: passwords and the like, and what the configuration adds. */

const ANYWHERE = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'authorization',
  'credential',
  'cookie',
  'bearer',
]
/** Told by their words, because each word alone is harmless. */
const PAIRS = ['api', 'access', 'private', 'signing', 'encryption', 'account', 'master', 'session'].map((word) => [
  word,
  'key',
])
/** Only as the whole name: within others they are harmless. */
const WHOLE = ['pwd', 'pass', 'otp', 'pin', 'cvv', 'cvc', 'ssn', 'jwt', 'auth', 'totp', 'mfa']

/** Says of a member's name whether its value is to be left out. */
export interface SensitiveNames {
  isSensitive(name: string): boolean
  /** Whatever sensitive name there is in a text, one of these is in it. */
  triggers: readonly string[]
}

/** @param more names from the configuration; case and separators do not matter */
export function sensitiveNames(more: readonly string[] = []): SensitiveNames {
  const anywhere = [...ANYWHERE, ...PAIRS.map((words) => words.join(''))]
  const whole = new Set([...WHOLE, ...more.map(plain)])
  return {
    isSensitive(name) {
      const text = plain(name)
      return whole.has(text) || anywhere.some((each) => text.includes(each))
    },
    triggers: [
      ...ANYWHERE,
      ...PAIRS.flatMap((words) => spellings(words)),
      ...[...WHOLE, ...more.flatMap((name) => spellings(wordsOf(name)))].map((name) => `"${name}"`),
    ],
  }
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

function spellings(words: readonly string[]): string[] {
  return ['', '_', '-', ' ', '.'].map((separator) => words.join(separator))
}
