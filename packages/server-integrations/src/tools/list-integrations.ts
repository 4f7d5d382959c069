/** The tool that says which third-party APIs are connected, and whether for real. */
import { z } from 'zod'
import type { Connection } from '../connection/connection.ts'
import { OFFLINE_REPOSITORY } from '../emulator/github-emulator.ts'
import { OFFLINE_CHANNELS } from '../emulator/slack-emulator.ts'
import { integrationTool } from './integration-tool.ts'

const Integration = z.object({
  id: z.string(),
  mode: z.enum(['emulator', 'api']),
  state: z.enum(['ready', 'starting', 'unavailable']),
  sample_data: z.array(z.string()),
})
type Integration = z.output<typeof Integration>

const SAMPLES: Record<string, string[]> = {
  github: [`repository ${OFFLINE_REPOSITORY}`],
  slack: OFFLINE_CHANNELS.map((name) => `channel #${name}`),
}

/** `list_integrations` */
export const listIntegrations = integrationTool({
  name: 'list_integrations',
  title: 'List integrations',
  description:
    'Lists the connected systems (GitHub, Slack): real API or offline emulator, state, and the sample data that exists offline. Use it when a repository or channel is unknown or a call says connection_required.',
  effect: 'read',
  input: z.object({}),
  output: z.object({ integrations: z.array(Integration) }),
  async run(_, { services }) {
    await Promise.all(services.connections.map((connection) => connection.settled()))
    const integrations = services.connections.map(toIntegration)
    const lines = integrations.map(
      ({ id, mode, state, sample_data }) =>
        `- ${id}: ${mode}, ${state}${sample_data.length > 0 ? `; ${sample_data.join(', ')}` : ''}`,
    )
    return {
      text: [
        `${integrations.length} integrations.`,
        ...lines,
        'Next: github_search_issues for issues, github_find_code_owner for owners, slack_find_channel for channels.',
      ].join('\n'),
      data: { integrations },
    }
  },
})

function toIntegration(connection: Connection): Integration {
  const { dialect, mode } = connection
  const sample_data = mode === 'emulator' ? (SAMPLES[dialect.id] ?? []) : []
  return { id: dialect.id, mode, state: connection.state(), sample_data }
}
