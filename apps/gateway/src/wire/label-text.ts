/** Who asks stands before what a person is asked, and the question keeps its bytes. */

/**
 * The question with a title before it.
 * @param text JSON text of the question; what is no string stays as it is
 */
export function labelText(title: string, text: string): string {
  return text[0] === '"' ? `${JSON.stringify(`${title}: `).slice(0, -1)}${text.slice(1)}` : text
}
