/** Arbitrary JSON text as strangers write it: any white space, escapes, lone surrogates and numbers that no double holds. */
import fc from 'fast-check'

/** An object's text with what it was put together from. */
export interface ObjectText {
  text: string
  members: readonly { key: string; keyText: string; valueText: string }[]
}

/** An array's text with its elements'. */
export interface ArrayText {
  text: string
  elements: readonly string[]
}

const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 2 })
const numberText = fc.oneof(
  fc.constantFrom('0', '-0', '1.0', '1e400', '-1E-400', '12345678901234567890', '1e+2', '0.10'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
)
const characterText = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).map((c) => JSON.stringify(c).slice(1, -1)),
  },
  fc.constantFrom('\\"', '\\\\', '\\/', '\\b', '\\u0041', '\\u00e9', '\\ud83d\\ude00', '{', '}', '[', ']', ',', ':'),
)

/** A JSON string that any parser reads alike. */
export const stringText = fc.array(characterText, { maxLength: 6 }).map((parts) => `"${parts.join('')}"`)
const looseStringText = fc.oneof(
  { weight: 9, arbitrary: stringText },
  fc.constantFrom('"\\ud800"', '"a\\udfffb"', '"\\ud800\\ud800"'),
)

const tied = fc.letrec<{ value: string; object: ObjectText; array: ArrayText }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false'),
    numberText,
    looseStringText,
    tie('object').map(({ text }) => text),
    tie('array').map(({ text }) => text),
  ),
  object: fc
    .tuple(
      space,
      fc.uniqueArray(fc.tuple(stringText, tie('value'), space), {
        maxLength: 5,
        selector: ([keyText]) => JSON.parse(keyText) as string,
      }),
    )
    .map(([first, entries]) => ({
      text: `{${first}${entries.map(([key, value, gap]) => `${gap}${key}${gap}:${gap}${value}${gap}`).join(',')}}`,
      members: entries.map(([keyText, valueText]) => ({ key: JSON.parse(keyText) as string, keyText, valueText })),
    })),
  array: fc.tuple(space, fc.array(fc.tuple(tie('value'), space), { maxLength: 5 })).map(([first, items]) => ({
    text: `[${first}${items.map(([value, gap]) => `${gap}${value}${gap}`).join(',')}]`,
    elements: items.map(([value]) => value),
  })),
}))

/** Any JSON value; the keys of each object are well-formed and stand once. */
export const valueText = tied.value

/** Any JSON object. */
export const objectText = tied.object

/** Any JSON array. */
export const arrayText = tied.array
