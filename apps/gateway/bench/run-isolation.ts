/** `npm run isolation`: a hundred thousand interleaved calls of two agents and two users, all under the same ids; none may cross. */
import { interleave } from '../test/support/interleave.ts'

const CALLS = 100_000

const calls = Number(process.argv[2] ?? CALLS)
const beganMs = performance.now()
const { calls: made, crossed, sessions } = await interleave(calls)
const shared = [...sessions.values()].filter((callers) => callers.size > 1)
const seconds = ((performance.now() - beganMs) / 1_000).toFixed(1)
process.stdout.write(
  `${made} calls in ${seconds} s: ${crossed.length === 0 ? 'none crossed' : `crossed:\n${crossed.join('\n')}`}; ` +
    `${sessions.size} upstream sessions, ${shared.length} shared by callers\n`,
)
process.exitCode = crossed.length + shared.length === 0 ? 0 : 1
