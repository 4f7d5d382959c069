/** Who may open connections of the gateway's own: the egress client, the connections to upstreams, and the command line toward its gateway. */
import { expect, test } from 'vitest'
import { files, textOf } from './repository-files.ts'

const ALLOWED = [
  'apps/gateway/src/egress/egress-fetch.ts',
  'apps/gateway/src/upstream/dispatchers.ts',
  'apps/gateway/src/upstream/http1/kept-connection.ts',
  'apps/gateway/src/bridge/gateway-link.ts',
  'apps/gateway/src/cli/call-gateway.ts',
]
/** A global `fetch`, or something of a module that opens connections; types of undici open none. */
const OPENS =
  /(?<![.#\w])fetch\(|\bnew (WebSocket|EventSource)\(|import \{(?![^}]*\bcreateServer\b)(?!(?:\s*(type \w+|validateHeader\w+|STATUS_CODES|Server),?)+\s*\})[^}]*\} from '(undici|(node:)?(https?|http2|tls))'|import \{[^}]*(?<!type )\bconnect\b[^}]*\} from '(node:)?net'|\bimport\('undici'\)/

const sources = files.filter((path) => /^apps\/gateway\/src\/.*(?<!\.test)\.ts$/.test(path))

test('every other URL goes through the egress client', () => {
  expect(sources.filter((path) => OPENS.test(textOf(path))).sort()).toEqual(ALLOWED.sort())
})

test.each([
  ["await fetch('https://x')", true],
  ["import { Pool } from 'undici'", true],
  ["import { type Dispatcher, request } from 'undici'", true],
  ["import { get } from 'node:https'", true],
  ["const { Pool } = await import('undici')", true],
  ["import { connect, type Socket } from 'node:net'", true],
  ["import { isIP, type Socket } from 'node:net'", false],
  ["import { validateHeaderName, validateHeaderValue } from 'node:http'", false],
  ["import type { Dispatcher } from 'undici'", false],
  ["import { type Dispatcher, type Pool } from 'undici'", false],
  ["import { createServer, type Server } from 'node:http'", false],
  ["import { Server, STATUS_CODES, type ServerOptions } from 'node:http'", false],
  ['this.#fetch()', false],
])('%s opens connections: %s', (text, opens) => {
  expect(OPENS.test(text)).toBe(opens)
})
