/** Phrases that speak to a model behind a person's back. They prove nothing, so they only warn. */

const PHRASES: readonly [name: string, pattern: RegExp][] = [
  [
    'asks to ignore instructions',
    /\b(ignore|disregard|forget)\s+(all\s+|any\s+)?(the\s+)?(previous|prior|above|earlier|other)\b/i,
  ],
  [
    'asks to hide something from the user',
    /\b(do\s+not|don't|never)\s+(tell|mention|inform|reveal|show|notify)\b[^.]{0,60}\b(user|human|person)\b/i,
  ],
  ['speaks in tags of instructions', /<\/?(important|system|instructions?|secret|admin)>/i],
  ['demands to be called first', /\bbefore\s+(using|calling|you\s+(use|call))\b|\balways\s+call\s+this\b/i],
  ['names places of secrets', /\.ssh\b|\bid_rsa\b|\.env\b|\.aws\/credentials|\/etc\/passwd|\bprivate\s+key\b/i],
  ['speaks of the system prompt', /\bsystem\s+prompt\b/i],
  ['holds encoded text', /[A-Za-z0-9+/]{200}/],
]

/**
 * What is suspicious in a definition, in words.
 * @param text JSON text
 */
export function suspiciousPhrases(text: string): string[] {
  const plain = stringsIn(JSON.parse(text)).join('\n')
  return PHRASES.filter(([, pattern]) => pattern.test(plain)).map(([name]) => name)
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}
