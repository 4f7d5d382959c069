/** Whether a URI could have been made from a URI template (RFC 6570): enough to find the upstream that owns it, which then has the last word. */
import { compileGlob, type Glob } from '../../policy/glob.ts'

const compiled = new Map<string, Glob>()
const MAX_REMEMBERED = 10_000

/** Whether the template's literal parts stand in the URI in their order. */
export function ownsUri(template: string, uri: string): boolean {
  let glob = compiled.get(template)
  if (!glob) {
    if (compiled.size >= MAX_REMEMBERED) compiled.clear()
    glob = compileGlob(globOf(template))
    compiled.set(template, glob)
  }
  return glob(uri)
}

/** A glob that matches every URI of the template. */
export function globOf(template: string): string {
  // A star in the template itself would be literal there, but matching more than that is harmless here.
  return template.replace(/\{[^{}]*\}/g, '*')
}
