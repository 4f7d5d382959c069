/** A process of its own with an emulated Slack and an emulated Stripe behind fault proxies, for stories that must not import this package: prints where they are, and takes orders over HTTP. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startSlackEmulator } from '../../src/emulator/slack-emulator.ts'
import { startStripeEmulator } from '../../src/emulator/stripe-emulator.ts'
import { type Fault, startFaultProxy } from './start-fault-proxy.ts'

/** An order: what happens to requests that write, and to how many of them. */
interface Order {
  vendor: 'slack' | 'stripe'
  fault: Fault
  times: number
  /** Only to requests whose path contains this. */
  path: string
}

const [slack, stripe] = await Promise.all([startSlackEmulator(), startStripeEmulator()])
const proxies = {
  slack: await startFaultProxy(new URL(slack.baseUrl).origin),
  stripe: await startFaultProxy(stripe.baseUrl),
}
const control = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { vendor, fault, times, path } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Order
  const seen = proxies[vendor].seen.map(({ method, path, headers }) => ({
    method,
    path,
    idempotencyKey: headers['idempotency-key'],
  }))
  let left = times
  proxies[vendor].plan((one) => (one.path.includes(path) && left-- > 0 ? fault : 'pass'))
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(seen))
}).listen(0, '127.0.0.1')
await once(control, 'listening')
process.stdin.resume().once('end', () => process.exit(0))
process.stdout.write(
  `${JSON.stringify({
    control: `http://127.0.0.1:${(control.address() as AddressInfo).port}`,
    env: {
      SLACK_BOT_TOKEN: slack.token,
      SLACK_API_URL: `${proxies.slack.url}/api`,
      STRIPE_TOKEN: stripe.token,
      STRIPE_API_URL: proxies.stripe.url,
    },
  })}\n`,
)
