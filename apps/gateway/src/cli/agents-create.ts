/** `causeway agents create`: makes an agent, or for an agent of the file a key. The key is shown this once. */
import { duration } from '../config/units.ts'
import { isManagedByFile } from '../identity/agent-directory.ts'
import { type IssuedKey, issueKey } from '../identity/issue-key.ts'
import { CliError } from './cli-error.ts'
import type { Workspace } from './workspace.ts'

const NAME = /^[a-z][a-z0-9._-]{0,63}$/
const ROLE = /^[a-z][a-z0-9-]{0,31}$/

/**
 * Makes the agent and its key.
 * @param options.expires life of the key, as a duration
 */
export function agentsCreate(workspace: Workspace, name: string, options: { role: string[]; expires: string }): void {
  const lifeMs = parseLife(options.expires)
  const store = workspace.store()
  const isManaged = isManagedByFile(workspace.config, name)
  // A key for a glob of the file would be nobody's.
  if (name.includes('*')) throw badName(name)
  if (isManaged) refuseRoles(name, options.role)
  else checkNew(name, options.role)
  const nowMs = Date.now()
  const { issued, older } = store.transaction(() => {
    if (!isManaged) {
      if (store.agents.get(name)) throw taken(name)
      store.agents.insert({ name, roles: options.role, createdMs: nowMs })
    }
    const older = store.apiKeys.active(name, nowMs).map((key) => key.keyId)
    return { older, issued: issueKey(store, { agent: name, origin: 'cli', lifeMs }, nowMs) }
  })
  if (older.length > 0) workspace.printer.note(`an older key of "${name}" still works: ${older.join(', ')}`)
  if (!isManaged) noteRoles(workspace, options.role)
  printKey(workspace, issued)
}

/** Prints a new key; there is no other way to see it again. */
export function printKey({ printer }: Workspace, issued: IssuedKey, more: Record<string, unknown> = {}): void {
  const { agent, keyId, key, expiresAtMs } = issued
  printer.answer({ agent, keyId, key, ...more }, () => key)
  if (!printer.isJson)
    printer.note(
      `key ${keyId} of "${agent}", until ${new Date(expiresAtMs).toISOString().slice(0, 10)}; not shown again`,
    )
}

/**
 * A key's life in milliseconds.
 * @throws CliError when it is no duration from a minute to ten years
 */
export function parseLife(text: string): number {
  const parsed = duration('1m', '3650d').safeParse(text)
  if (parsed.success) return parsed.data
  throw new CliError('usage', `Cannot use --expires "${text}": ${parsed.error.issues[0]?.message}`, {
    code: 'usage',
    hint: 'For example: --expires 90d',
  })
}

function refuseRoles(name: string, roles: readonly string[]): void {
  if (roles.length === 0) return
  throw new CliError('usage', `Cannot give "${name}" roles: the configuration manages this agent`, {
    code: 'managed_by_file',
    hint: 'Change its roles under "agents" in causeway.yaml; leave out --role to make a key for it',
  })
}

function checkNew(name: string, roles: readonly string[]): void {
  if (!NAME.test(name)) throw badName(name)
  const odd = roles.find((role) => !ROLE.test(role))
  if (odd !== undefined)
    throw new CliError('usage', `Cannot use role "${odd}": want lower case letters, digits and "-"`, {
      code: 'role_invalid',
      hint: 'Roles are what the rules in causeway.yaml name',
    })
}

function badName(name: string): CliError {
  return new CliError('usage', `Cannot create agent "${name}": want a name such as "support-bot"`, {
    code: 'agent_name_invalid',
    hint: 'Start with a lower case letter; then lower case letters, digits and . _ - up to 64 characters',
  })
}

function taken(name: string): CliError {
  return new CliError('usage', `Cannot create agent "${name}": it exists already`, {
    code: 'agent_exists',
    hint: `For a new key: \`causeway agents rotate ${name}\``,
  })
}

function noteRoles({ config, printer }: Workspace, roles: readonly string[]): void {
  if (roles.length === 0) printer.note('without --role only rules for every agent, or for this name, are about it')
  const known = new Set(config.rules.flatMap((rule) => rule.roles))
  for (const role of roles) if (!known.has(role)) printer.note(`no rule names the role "${role}"`)
}
