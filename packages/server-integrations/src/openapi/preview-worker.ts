/** The thread in which a document is previewed that nobody has looked at yet. */
import { parentPort, workerData } from 'node:worker_threads'
import { OpenApiError } from './openapi-error.ts'
import { type PreviewSource, previewDocument } from './preview-document.ts'

/** What the thread answers. */
export type PreviewAnswer = { preview: ReturnType<typeof previewDocument> } | { refused: string }

parentPort?.postMessage(answer(workerData as PreviewSource))

function answer(source: PreviewSource): PreviewAnswer {
  try {
    return { preview: previewDocument(source) }
  } catch (error) {
    if (error instanceof OpenApiError) return { refused: error.message }
    throw error
  }
}
