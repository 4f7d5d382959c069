/** An identifier as SQL text, in the form that every engine here reads. */

/** The name, quoted. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
