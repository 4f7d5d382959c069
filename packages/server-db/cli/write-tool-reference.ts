/** Writes TOOLS.md anew from the definitions. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toolReference } from '../src/tool-reference.ts'

writeFileSync(join(import.meta.dirname, '../TOOLS.md'), toolReference())
