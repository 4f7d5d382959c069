/** Text of a stranger as a terminal may show it. */

/** The text with every character spelled out that a terminal would obey or not show. */
export function escaped(text: string): string {
  return text.replace(
    /[\p{C}\p{Default_Ignorable_Code_Point}]/gu,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  )
}
