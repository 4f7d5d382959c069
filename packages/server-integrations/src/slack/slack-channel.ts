/** A Slack channel as our results tell it, and which channels a query means. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { z } from 'zod'

const Note = z.object({ value: z.string() }).nullish()

/** Slack's channel → ours, stripped of hidden characters. */
export const SlackChannel = z
  .object({
    id: z.string(),
    name: z.string(),
    is_member: z.boolean().default(false),
    num_members: z.number().int().nullish(),
    topic: Note,
    purpose: Note,
  })
  .transform((channel) => ({
    id: channel.id,
    name: stripHidden(channel.name),
    topic: stripHidden(channel.topic?.value ?? '').slice(0, 250),
    purpose: stripHidden(channel.purpose?.value ?? '').slice(0, 250),
    is_member: channel.is_member,
    members: channel.num_members ?? 0,
  }))
export type SlackChannel = z.output<typeof SlackChannel>

/** A name as Slack stores it: no `#`, lower case. */
export function channelName(given: string): string {
  return given.trim().replace(/^#+/, '').toLowerCase()
}

/** The channels that match every word of a query, the closest name first. */
export function matchingChannels(channels: readonly SlackChannel[], query: string): SlackChannel[] {
  const wanted = channelName(query)
  const words = wanted.split(/[\s_-]+/).filter(Boolean)
  const rank = (channel: SlackChannel) => {
    if (channel.id === query.trim() || channel.name === wanted) return 0
    if (channel.name.startsWith(wanted)) return 1
    if (words.every((word) => channel.name.includes(word))) return 2
    const all = `${channel.name} ${channel.topic} ${channel.purpose}`.toLowerCase()
    return words.every((word) => all.includes(word)) ? 3 : 4
  }
  return channels
    .map((channel) => ({ channel, rank: rank(channel) }))
    .filter((each) => each.rank < 4)
    .sort((a, b) => a.rank - b.rank || a.channel.name.localeCompare(b.channel.name))
    .map((each) => each.channel)
}

/** The channels that share the most with a name that does not exist. */
export function closestChannels(channels: readonly SlackChannel[], given: string): SlackChannel[] {
  const words = channelName(given)
    .split(/[\s_-]+/)
    .filter((word) => word.length > 2)
  const shared = (channel: SlackChannel) => words.filter((word) => channel.name.includes(word)).length
  return channels
    .filter((channel) => shared(channel) > 0)
    .sort((a, b) => shared(b) - shared(a))
    .slice(0, 3)
}
