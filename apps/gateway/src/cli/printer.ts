/** Where commands write: the answer to stdout, for a person or as one JSON document, and the rest to stderr. */
import type { Terminal } from './terminal.ts'

/** Writes what a command has to say. */
export interface Printer {
  isJson: boolean
  /**
   * The answer of the command.
   * @param data for `--json`, as `{"ok":true,"data":…}`
   * @param text for people
   */
  answer(data: unknown, text: () => string): void
  /** The answer in the few cases where its JSON has a shape of its own. */
  answerBare(value: unknown, text: () => string): void
  /** A remark beside the answer. */
  note(text: string): void
}

/** A printer for people, or for scripts. */
export function createPrinter(terminal: Terminal, isJson: boolean): Printer {
  const line = (text: string) => terminal.write(`${text}\n`)
  return {
    isJson,
    answer: (data, text) => line(isJson ? JSON.stringify({ ok: true, data }) : text()),
    answerBare: (value, text) => line(isJson ? JSON.stringify(value) : text()),
    note: (text) => terminal.writeAside(`note: ${text}\n`),
  }
}
