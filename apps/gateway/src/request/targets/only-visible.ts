/** Holds what the Skills extension answers against policy: an answer tells of files, and those that the caller may not read are not there. */
import { decide } from '../../policy/decide.ts'
import type { UpstreamAnswer } from '../../upstream/answer.ts'
import { isObject } from '../../wire/envelope.ts'
import { elementsOf, type Member, membersOf, withMembers } from '../../wire/json-span.ts'
import type { Decided } from '../route.ts'
import { resolveDirectory } from './resolve-skill.ts'
import { unknownTarget } from './target.ts'

/** Marks a folder among the children of a folder. */
const DIRECTORY_TYPE = 'inode/directory'

/**
 * The answer without what the caller may not read; any other method's answer as it is.
 * @throws GatewayError unknown_resource for a skill of which the caller may not read everything
 */
export function onlyVisible(answer: UpstreamAnswer, decided: Decided): UpstreamAnswer {
  if (!answer.result) return answer
  const { method } = decided.inbound.message
  if (method === 'skills/get') checkSkill(answer.result.skill, decided)
  return method === 'resources/directory/read' ? visibleChildren(answer, decided) : answer
}

function checkSkill(skill: unknown, decided: Decided): void {
  const files = isObject(skill) && Array.isArray(skill.resources) ? skill.resources : []
  const uris = [isObject(skill) ? skill.uri : undefined, ...files.map((file) => isObject(file) && file.uri)]
  if (!uris.every((uri) => typeof uri === 'string' && isReadable(uri, decided)))
    throw unknownTarget('skills', decided.target.name)
}

function visibleChildren(
  answer: Extract<UpstreamAnswer, { error?: undefined }>,
  decided: Decided,
): Extract<UpstreamAnswer, { error?: undefined }> {
  const { resources } = answer.result
  const isHere = Array.isArray(resources) ? resources.map((child) => isVisibleChild(child, decided)) : []
  if (!isHere.includes(false)) return answer
  const top = membersOf(answer.text, 0)
  const result = top.findLast(({ key }) => key === 'result') as Member
  const members = membersOf(answer.text, result.start)
  const list = members.findLast(({ key }) => key === 'resources') as Member
  const left = elementsOf(answer.text, list.start).filter((_, i) => isHere[i])
  const listText = `[${left.map(({ start, end }) => answer.text.slice(start, end)).join(',')}]`
  return {
    text: withMembers(answer.text, top, { result: withMembers(answer.text, members, { resources: listText }) }),
    result: { ...answer.result, resources: (resources as unknown[]).filter((_, i) => isHere[i]) },
  }
}

function isVisibleChild(child: unknown, decided: Decided): boolean {
  if (!isObject(child) || typeof child.uri !== 'string') return false
  if (isReadable(child.uri, decided)) return true
  return child.mimeType === DIRECTORY_TYPE && isVisibleFolder(child.uri, decided)
}

function isVisibleFolder(uri: string, { view }: Decided): boolean {
  try {
    return resolveDirectory(uri, view).seenBy !== undefined
  } catch {
    return false
  }
}

function isReadable(uri: string, { view, target }: Decided): boolean {
  const facts = { ...target.entry.facts, publicName: uri, uri }
  return decide(view.policy, 'resource', facts).effect === 'allow'
}
