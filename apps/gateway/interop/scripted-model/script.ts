/** A model whose part the run plays: each request of the client waits until the run answers it. */

/** What the model does next. */
export type Answer = { call: string; args: Record<string, unknown>; namespace?: string } | { say: string }

/** One request of the client, as its model sees it. */
export interface Turn {
  /** The names of the tools that it may call. */
  tools: readonly string[]
  /** The text of everything that the client added since the model's last answer. */
  news: string
}

/** A turn that waits for its answer. */
export interface OpenTurn extends Turn {
  answer(answer: Answer): void
}

/** The two ends of the conversation. */
export interface Script {
  /** For the endpoint: resolves with the answer of the run. */
  ask(turn: Turn): Promise<Answer>
  /** For the run: the next request of the client. */
  next(): Promise<OpenTurn>
}

/** Starts an empty conversation. */
export function createScript(): Script {
  const turns: OpenTurn[] = []
  const takers: ((turn: OpenTurn) => void)[] = []
  return {
    ask: (turn) =>
      new Promise((resolve) => {
        const open = { ...turn, answer: resolve }
        const taker = takers.shift()
        if (taker) taker(open)
        else turns.push(open)
      }),
    next: () =>
      new Promise((resolve) => {
        const turn = turns.shift()
        if (turn) resolve(turn)
        else takers.push(resolve)
      }),
  }
}
