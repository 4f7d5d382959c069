/** What known secrets look like: how they begin, and how far they go. Each is found in time that grows with the text alone. */

/** One way a secret is written. */
export interface SecretFormat {
  /** Told in place of the secret. */
  name: string
  /** How it begins, in lower case where `isCaseFree`. */
  prefixes: readonly string[]
  isCaseFree?: true
  /** Whether a letter or digit before it makes it something else. */
  isWord?: true
  /**
   * What is to be taken out for a prefix at `start` that ends at `from`: the span, or where to go on looking when it is none.
   * Everything up to there was looked at, and can be no secret of this format.
   */
  spanAt(text: string, start: number, from: number): { start: number; end: number } | { next: number }
}

type Class = Uint8Array

const classOf = (characters: string): Class => {
  const table = new Uint8Array(0x80)
  for (const character of characters) table[character.charCodeAt(0)] = 1
  return table
}
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const WORD = classOf(ALPHANUMERIC)
const KEY = classOf(`${ALPHANUMERIC}_-`)
const TOKEN = classOf(`${ALPHANUMERIC}_-.~+/=`)
const DOTTED = classOf(`${ALPHANUMERIC}_-.`)
const MAX_AUTHORITY_CHARACTERS = 512

/** Whether the character at `index` is a letter or a digit. */
export function isWordCharacter(text: string, index: number): boolean {
  return (WORD[text.charCodeAt(index)] ?? 0) === 1
}

function runEnd(text: string, from: number, members: Class): number {
  let end = from
  while (end < text.length && (members[text.charCodeAt(end)] ?? 0) === 1) end++
  return end
}

/** A prefix with at least `min` characters behind it. */
const run = (name: string, prefixes: string[], min: number, more: { members?: Class; isWord?: true } = {}) =>
  ({
    name,
    prefixes,
    ...(more.isWord ? { isWord: true } : {}),
    spanAt(text, start, from) {
      const end = runEnd(text, from, more.members ?? KEY)
      return end - from >= min ? { start, end } : { next: from }
    },
  }) satisfies SecretFormat

/** Signed and encrypted tokens: a run with dots. */
const JWT: SecretFormat = {
  name: 'jwt',
  prefixes: ['eyJ'],
  spanAt(text, start) {
    const end = runEnd(text, start, DOTTED)
    const dot = text.indexOf('.', start)
    if (dot < 0 || dot >= end) return { next: end }
    return end - start >= 20 ? { start, end } : { next: start + 3 }
  },
}

const PEM: SecretFormat = {
  name: 'private key',
  prefixes: ['-----BEGIN '],
  spanAt(text, start, from) {
    const labelEnd = text.indexOf('-----', from)
    const label = text.slice(from, Math.min(labelEnd < 0 ? text.length : labelEnd, from + 64))
    if (!label.includes('PRIVATE KEY')) return { next: from }
    const quote = endOr(text, text.indexOf('"', from))
    const end = text.indexOf('-----END ', from)
    if (end < 0 || end > quote) return { start, end: quote }
    const close = text.indexOf('-----', end + 9)
    return { start, end: close < 0 || close > quote ? quote : close + 5 }
  },
}

/** The password in `scheme://user:password@host`. */
const USER_INFO: SecretFormat = {
  name: 'password',
  prefixes: ['://'],
  spanAt(text, _start, from) {
    let at = -1
    let colon = -1
    let end = from
    for (; end < text.length && end - from < MAX_AUTHORITY_CHARACTERS; end++) {
      const code = text.charCodeAt(end)
      if (code <= 0x20 || code === 0x22 || code === 0x2f || code === 0x3f || code === 0x23 || code === 0x5c) break
      if (code === 0x40) at = end
      else if (code === 0x3a && colon < 0) colon = end
    }
    return at > 0 && colon > 0 && colon + 1 < at ? { start: colon + 1, end: at } : { next: from }
  },
}

/** The value in `name=value`, as queries and connection strings have it. */
const PAIR: SecretFormat = {
  name: 'value',
  prefixes: [
    'token=',
    'password=',
    'passwd=',
    'pwd=',
    'secret=',
    'apikey=',
    'api_key=',
    'api-key=',
    'access_key=',
  ].concat([
    'accesskey=',
    'accountkey=',
    'sig=',
    'signature=',
    'credential=',
    'authorization=',
    'x-amz-security-token=',
  ]),
  isCaseFree: true,
  spanAt(text, _start, from) {
    let end = from
    while (end < text.length && !' &"\'\\;,<>)\n\r\t'.includes(text[end] as string)) end++
    return end - from >= 4 ? { start: from, end } : { next: from }
  },
}

const SCHEME: SecretFormat = {
  name: 'credential',
  prefixes: ['bearer ', 'basic '],
  isCaseFree: true,
  isWord: true,
  spanAt(text, _start, from) {
    const end = runEnd(text, from, TOKEN)
    return end - from >= 12 ? { start: from, end } : { next: from }
  },
}

function endOr(text: string, index: number): number {
  return index < 0 ? text.length : index
}

/** All of them; those that take more come first. */
export const SECRET_FORMATS: readonly SecretFormat[] = [
  PEM,
  run('causeway key', ['cwy_', 'cwa_', 'cws_'], 12),
  JWT,
  run('aws key id', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], 16, { members: classOf('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789') }),
  run('github token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'], 16),
  run('gitlab token', ['glpat-', 'gldt-', 'glrt-', 'glsa_'], 16),
  run(
    'slack token',
    ['xoxa-', 'xoxb-', 'xoxc-', 'xoxd-', 'xoxe-', 'xoxe.', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'],
    10,
    {
      members: DOTTED,
    },
  ),
  run('slack hook', ['hooks.slack.com/services/', 'hooks.slack.com/workflows/'], 16, { members: TOKEN }),
  run('stripe key', ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'], 10),
  run('google key', ['AIza', 'GOCSPX-'], 20),
  run('google token', ['ya29.', '1//0'], 20, { members: DOTTED }),
  run('model key', ['sk-'], 20, { isWord: true }),
  run('registry token', ['npm_', 'pypi-', 'dckr_pat_', 'rubygems_', 'hf_'], 24, { isWord: true }),
  run('service token', ['SG.', 'hvs.', 'dop_v1_', 'shpat_', 'lin_api_', 'xkeysib-', 'sq0csp-', 'AGE-SECRET-KEY-'], 20, {
    members: DOTTED,
    isWord: true,
  }),
  USER_INFO,
  SCHEME,
  PAIR,
]
