/** The environment of what we start: without the settings meant for the npm and the Node.js that started us. */
import { delimiter, dirname } from 'node:path'

// Where packages come from, and how to get there, is the machine's business; everything else npm exports is about npm's own run.
const KEPT =
  /^npm_config_(registry|@.*|\/\/.*|(https?_?)?proxy|no_?proxy|ca|cafile|cert|key|strict_ssl|userconfig|globalconfig|cache|store_dir)$/i

/** The variables for a child that `node` runs. NODE_OPTIONS is left out: its flags belong to another version of Node.js. */
export function childEnv(node, env = process.env) {
  const entries = Object.entries(env).filter(([name]) => {
    if (/^npm_/i.test(name)) return KEPT.test(name)
    return name !== 'NODE_OPTIONS'
  })
  const child = Object.fromEntries(entries)
  const pathName = Object.keys(child).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  child[pathName] = [dirname(node), child[pathName]].filter(Boolean).join(delimiter)
  child.TURBO_TELEMETRY_DISABLED = '1'
  child.DO_NOT_TRACK = '1'
  return child
}
