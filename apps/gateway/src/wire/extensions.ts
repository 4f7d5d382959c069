/** The extensions that the gateway has a part in; every other one passes through it unread. */
import { isObject } from './envelope.ts'

/** Work that goes on after its call was answered; of the modern era alone. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks'
/** Agent Skills, served as resources. */
export const SKILLS_EXTENSION = 'io.modelcontextprotocol/skills'
/** Apps: user interfaces, served as resources. */
export const UI_EXTENSION = 'io.modelcontextprotocol/ui'

/** The settings of every extension that somebody's capabilities declare, by the extension's id. */
export function extensionsOf(capabilities: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return isObject(capabilities.extensions) ? capabilities.extensions : {}
}

/** Whether the capabilities declare the Skills extension, and the resources that it stands on. */
export function servesSkills(capabilities: Readonly<Record<string, unknown>>): boolean {
  return isObject(extensionsOf(capabilities)[SKILLS_EXTENSION]) && isObject(capabilities.resources)
}

/** Whether the capabilities declare that directories of skills can be read. */
export function readsDirectories(capabilities: Readonly<Record<string, unknown>>): boolean {
  const settings = extensionsOf(capabilities)[SKILLS_EXTENSION]
  return servesSkills(capabilities) && isObject(settings) && settings.directoryRead === true
}
