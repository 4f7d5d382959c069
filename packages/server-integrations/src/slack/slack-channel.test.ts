/** A query finds the channel a person means. */
import { expect, it } from 'vitest'
import { closestChannels, matchingChannels, SlackChannel } from './slack-channel.ts'

const CHANNELS = [
  { id: 'C1', name: 'web-checkout', topic: { value: 'Cart and coupons' } },
  { id: 'C2', name: 'checkout-alerts' },
  { id: 'C3', name: 'general', purpose: { value: 'Announce\u200Bments' } },
].map((channel) => SlackChannel.parse(channel))
const names = (found: SlackChannel[]) => found.map((channel) => channel.name)

it('puts the exact name first, then the start, then the words', () => {
  expect(names(matchingChannels(CHANNELS, '#Web-Checkout'))).toEqual(['web-checkout'])
  expect(names(matchingChannels(CHANNELS, 'checkout'))).toEqual(['checkout-alerts', 'web-checkout'])
  expect(names(matchingChannels(CHANNELS, 'coupons'))).toEqual(['web-checkout'])
  expect(names(matchingChannels(CHANNELS, 'C3'))).toEqual(['general'])
  expect(matchingChannels(CHANNELS, 'zeppelin')).toEqual([])
})

it('strips what hides, and finds what is close', () => {
  expect(CHANNELS[2]?.purpose).toBe('Announcements')
  expect(names(closestChannels(CHANNELS, '#checkout-web-team'))).toEqual(['web-checkout', 'checkout-alerts'])
  expect(names(closestChannels(CHANNELS, 'incident'))).toEqual([])
})
