/** Every client that Causeway knows how to connect; `causeway connect`, the greeting and docs/clients.md are made from it. */
import type { Connection, Entrance } from './connection.ts'
import { libraryConnections } from './library-connections.ts'

const json = (value: unknown) => JSON.stringify(value, null, 2)
const bearer = ({ key }: Entrance) => ({ Authorization: `Bearer ${key}` })

const programs: readonly Connection[] = [
  {
    id: 'claude-code',
    title: 'Claude Code',
    place: 'a terminal',
    language: 'sh',
    textFor: ({ url, key }) =>
      `claude mcp add --transport http causeway ${url} --header "Authorization: Bearer ${key}"`,
  },
  {
    id: 'codex',
    title: 'Codex CLI',
    place: 'a terminal; CAUSEWAY_KEY has to be set when Codex runs',
    language: 'sh',
    textFor: ({ url }) => `codex mcp add causeway --url ${url} --bearer-token-env-var CAUSEWAY_KEY`,
  },
  {
    id: 'copilot',
    title: 'Copilot CLI',
    place: 'a terminal',
    language: 'sh',
    textFor: ({ url, key }) =>
      `copilot mcp add --transport http causeway ${url} --header "Authorization: Bearer ${key}"`,
  },
  {
    id: 'gemini',
    title: 'Gemini CLI',
    place: 'a terminal',
    language: 'sh',
    textFor: ({ url, key }) =>
      `gemini mcp add --scope user --transport http --header "Authorization: Bearer ${key}" causeway ${url}`,
  },
  {
    id: 'opencode',
    title: 'opencode',
    place: '`opencode.json`',
    language: 'json',
    textFor: ({ url }) =>
      json({ mcp: { causeway: { type: 'remote', url, headers: { Authorization: 'Bearer {env:CAUSEWAY_KEY}' } } } }),
  },
  {
    id: 'cursor',
    title: 'Cursor',
    place: '`.cursor/mcp.json`',
    language: 'json',
    textFor: (entrance) => json({ mcpServers: { causeway: { url: entrance.url, headers: bearer(entrance) } } }),
  },
  {
    id: 'vscode',
    title: 'VS Code',
    place: '`.vscode/mcp.json`',
    language: 'json',
    textFor: (entrance) =>
      json({ servers: { causeway: { type: 'http', url: entrance.url, headers: bearer(entrance) } } }),
  },
  {
    id: 'claude-desktop',
    title: 'Claude Desktop, or another client that only starts a command',
    place: '`claude_desktop_config.json`, with the path of this folder',
    language: 'json',
    textFor: ({ url, key }) => {
      const args = ['--prefix', '/path/to/causeway', 'run', '--silent', 'causeway', '--', 'stdio', '--url', url]
      return json({ mcpServers: { causeway: { command: 'npm', args, env: { CAUSEWAY_KEY: key } } } })
    },
  },
  {
    id: 'mcporter',
    title: 'mcporter',
    place: '`config/mcporter.json`',
    language: 'json',
    textFor: ({ url }) =>
      // biome-ignore lint/suspicious/noTemplateCurlyInString: mcporter puts the variable in
      json({ mcpServers: { causeway: { baseUrl: url, headers: { Authorization: 'Bearer ${CAUSEWAY_KEY}' } } } }),
  },
  {
    id: 'mcp-remote',
    title: 'mcp-remote, for a client that only speaks stdio',
    place: "the client's list of stdio commands",
    language: 'json',
    textFor: (entrance) =>
      json({
        mcpServers: {
          causeway: {
            command: 'npx',
            // biome-ignore lint/suspicious/noTemplateCurlyInString: mcp-remote puts the variable in
            args: ['-y', 'mcp-remote', entrance.url, '--header', 'Authorization:${CAUSEWAY_AUTHORIZATION}'],
            env: { CAUSEWAY_AUTHORIZATION: bearer(entrance).Authorization },
          },
        },
      }),
  },
  {
    id: 'inspector',
    title: 'MCP Inspector, command line',
    place: 'a terminal',
    language: 'sh',
    textFor: ({ url, key }) =>
      `npx -y @modelcontextprotocol/inspector --cli ${url} --transport http --header "Authorization: Bearer ${key}" --method tools/list`,
  },
]

/** Programs first, then libraries. */
export const CONNECTIONS: readonly Connection[] = [...programs, ...libraryConnections]

/** The connection of that id; undefined when there is none. */
export function findConnection(id: string): Connection | undefined {
  return CONNECTIONS.find((connection) => connection.id === id)
}

/** The text without a key in it: a shell takes it from `CAUSEWAY_KEY`, and in a file its place is marked. */
export function textWithoutKey({ language, textFor }: Connection, url: string): string {
  return textFor({ url, key: language === 'sh' ? '$CAUSEWAY_KEY' : 'cwy_live_…' })
}
