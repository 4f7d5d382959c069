/** The body says which era a message is of; headers may only agree. */
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import { classify, type McpHeaders } from './classify.ts'
import { parseEnvelope } from './envelope.ts'
import { CAPABILITIES_META, CLIENT_INFO_META, LOG_LEVEL_META, VERSION_META } from './revisions.ts'

const CLAIM = { [VERSION_META]: '2026-07-28', [CAPABILITIES_META]: {} }
const NONE: McpHeaders = { version: undefined, method: undefined, name: undefined }

/** The era, or the code of the failure. */
function verdict(message: object, headers: Partial<McpHeaders> = {}): unknown {
  const envelope = parseEnvelope(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })))
  try {
    return classify(envelope, { ...NONE, ...headers })
  } catch (error) {
    return error instanceof GatewayError ? error.code : error
  }
}
const request = (method: string, params: object = {}, meta: object = CLAIM) => ({
  id: 1,
  method,
  params: { ...params, _meta: meta },
})
const modern = (method: string, name?: string): McpHeaders => ({ version: '2026-07-28', method, name })

describe('the era', () => {
  it.each([
    ['a claim', request('tools/list'), modern('tools/list'), 'modern'],
    ['no claim', { id: 1, method: 'tools/list' }, {}, 'legacy'],
    ['no claim and a legacy header', { id: 1, method: 'tools/list' }, { version: '2025-06-18' }, 'legacy'],
    [
      'no claim, and modern names in headers',
      { id: 1, method: 'tools/list' },
      { method: 'tools/call', name: 'x' },
      'legacy',
    ],
    ['initialize', { id: 1, method: 'initialize' }, {}, 'legacy'],
    ['initialize with half a claim', request('initialize', {}, { [VERSION_META]: '2026-07-28' }), {}, 'legacy'],
    ['initialize with a whole claim', request('initialize'), modern('initialize'), 'modern'],
    ['a response', { id: 1, result: {} }, modern('tools/list'), 'legacy'],
    ['a bare notification', { method: 'notifications/initialized' }, {}, 'legacy'],
    ['a notification under a modern header', { method: 'notifications/x' }, { version: '2026-07-28' }, 'modern'],
    ['a notification with a claim', { method: 'notifications/x', params: { _meta: CLAIM } }, {}, 'modern'],
  ])('of %s', (_name, message, headers, era) => {
    expect(verdict(message, headers)).toBe(era)
  })

  it.each([
    ['a modern header without a claim', { id: 1, method: 'tools/list' }, { version: '2026-07-28' }, 'envelope_invalid'],
    ['initialize under a modern header', { id: 1, method: 'initialize' }, { version: '2026-07-28' }, 'header_mismatch'],
    [
      'an unknown revision',
      request('tools/list', {}, { ...CLAIM, [VERSION_META]: '2027-01-01' }),
      { version: '2027-01-01', method: 'tools/list' },
      'unsupported_version',
    ],
    [
      'an unknown revision without headers',
      request('tools/list', {}, { ...CLAIM, [VERSION_META]: '2027-01-01' }),
      {},
      'unsupported_version',
    ],
    [
      'a claim of a legacy revision',
      request('tools/list', {}, { ...CLAIM, [VERSION_META]: '2025-11-25' }),
      { version: '2025-11-25', method: 'tools/list' },
      'unsupported_version',
    ],
    [
      'a notification of an unknown revision',
      { method: 'notifications/x' },
      { version: '2027-01-01' },
      'unsupported_version',
    ],
    [
      'a notification with an empty claim',
      { method: 'notifications/x', params: { _meta: { [VERSION_META]: null } } },
      { version: '2026-07-28' },
      'envelope_invalid',
    ],
  ])('cannot be told of %s', (_name, message, headers, code) => {
    expect(verdict(message, headers)).toBe(code)
  })
})

describe('the envelope', () => {
  it.each([
    ['a version that is no string', { ...CLAIM, [VERSION_META]: 1 }],
    ['no capabilities', { [VERSION_META]: '2026-07-28' }],
    ['capabilities that are a list', { ...CLAIM, [CAPABILITIES_META]: [] }],
    ['capabilities that are null', { ...CLAIM, [CAPABILITIES_META]: null }],
    ['a client without a version', { ...CLAIM, [CLIENT_INFO_META]: { name: 'a' } }],
    ['a client that is a string', { ...CLAIM, [CLIENT_INFO_META]: 'a' }],
    ['a log level that is none', { ...CLAIM, [LOG_LEVEL_META]: 'loud' }],
  ])('is refused for %s', (_name, meta) => {
    expect(verdict(request('tools/list', {}, meta), modern('tools/list'))).toBe('envelope_invalid')
  })

  it('may hold anything else', () => {
    const meta = {
      ...CLAIM,
      progressToken: 0,
      [LOG_LEVEL_META]: 'debug',
      [CLIENT_INFO_META]: { name: '', version: '', more: [] },
      'com.example/own': { deep: [1] },
    }
    expect(verdict(request('tools/list', {}, meta), modern('tools/list'))).toBe('modern')
  })
})

describe('the headers of a modern request', () => {
  const call = request('tools/call', { name: 'é' })
  const encoded = '=?base64?w6k=?='
  it.each([
    ['all agree', modern('tools/call', encoded), 'modern'],
    ['the version is missing', { method: 'tools/call', name: encoded }, 'header_mismatch'],
    ['the version differs', { ...modern('tools/call', encoded), version: '2025-11-25' }, 'header_mismatch'],
    [
      'the version stands twice',
      { ...modern('tools/call', encoded), version: '2026-07-28, 2026-07-28' },
      'header_mismatch',
    ],
    ['the method is missing', { version: '2026-07-28', name: encoded }, 'header_mismatch'],
    ['the method differs', modern('tools/list', encoded), 'header_mismatch'],
    ['the method differs in case', modern('Tools/Call', encoded), 'header_mismatch'],
    ['the name is missing', modern('tools/call'), 'header_mismatch'],
    ['the name differs', modern('tools/call', 'e'), 'header_mismatch'],
    ['the name is badly encoded', modern('tools/call', '=?base64?w6l?='), 'header_mismatch'],
    ['the name is raw bytes', modern('tools/call', 'Ã©'), 'header_mismatch'],
  ])('are judged when %s', (_name, headers, expected) => {
    expect(verdict(call, headers)).toBe(expected)
  })

  it.each([
    ['tools/call', 'name'],
    ['prompts/get', 'name'],
    ['resources/read', 'uri'],
    ['tasks/get', 'taskId'],
    ['tasks/update', 'taskId'],
    ['tasks/cancel', 'taskId'],
  ])('of %s repeat params.%s', (method, field) => {
    const message = request(method, { [field]: 'a' })
    expect(verdict(message, modern(method, 'a'))).toBe('modern')
    expect(verdict(message, modern(method, 'b'))).toBe('header_mismatch')
    expect(verdict(message, modern(method))).toBe('header_mismatch')
    // A name that is no string is the business of whoever needs it.
    expect(verdict(request(method, { [field]: 1 }), modern(method))).toBe('modern')
  })

  it.each(['tools/list', 'completion/complete', 'subscriptions/listen', 'skills/list', 'constructor'])(
    'of %s need no name',
    (method) => {
      expect(verdict(request(method, { name: 'a' }), modern(method))).toBe('modern')
    },
  )
})

it('says which header was wrong, and which revisions are served', () => {
  const failure = (message: object, headers: McpHeaders) => {
    try {
      return classify(parseEnvelope(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }))), headers)
    } catch (error) {
      return (error as GatewayError).detail.data
    }
  }
  expect(failure(request('tools/list'), modern('tools/call'))).toEqual({ header: 'Mcp-Method' })
  const future = { ...CLAIM, [VERSION_META]: 'x'.repeat(500) }
  expect(failure(request('tools/list', {}, future), NONE)).toEqual({
    supported: ['2026-07-28'],
    requested: 'x'.repeat(80),
  })
})
