/** Picks the file paths out of an issue's text, so that the next question — who owns this? — can be asked at once. */

const MAX_PATHS = 10
const MAX_SCANNED_CHARS = 20_000
const PATH = /(?<![\w/.:@-])((?:[\w.-]{1,60}\/){1,10}[\w.-]{1,60}\.[A-Za-z]{1,6})(:\d+)?(?![\w/])/g

/** The relative paths with a file extension, each once, those of a stack trace first; addresses of web pages are not paths. */
export function mentionedPaths(text: string): string[] {
  const found = [...text.slice(0, MAX_SCANNED_CHARS).matchAll(PATH)].map(([, path = '', line]) => ({ path, line }))
  const paths = [...found.filter(({ line }) => line), ...found].map(({ path }) => path)
  return [...new Set(paths)].filter((path) => !path.split('/').includes('..')).slice(0, MAX_PATHS)
}
