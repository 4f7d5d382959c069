/** Previews a document in a thread of its own, which time and memory end without harm to other calls. */
import { Worker } from 'node:worker_threads'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { DocumentPreview, PreviewSource } from './preview-document.ts'
import type { PreviewAnswer } from './preview-worker.ts'

const TIMEOUT_MS = 20_000
const MAX_HEAP_MB = 400

/** @throws ToolError `invalid_document` with the place and the reason */
export async function previewInThread(source: PreviewSource, signal: AbortSignal): Promise<DocumentPreview> {
  const worker = new Worker(new URL('./preview-worker.ts', import.meta.url), {
    workerData: source,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  })
  try {
    const answer = await answerOf(worker, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]))
    if ('refused' in answer) throw invalid(answer.refused)
    return answer.preview
  } finally {
    await worker.terminate()
  }
}

function answerOf(worker: Worker, signal: AbortSignal): Promise<PreviewAnswer> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', (error: NodeJS.ErrnoException) => {
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      reject(isMemory ? invalid(`Cannot use the document: it takes more than ${MAX_HEAP_MB} MB to compile`) : error)
    })
    signal.addEventListener('abort', () => reject(invalid('Cannot use the document: it was not compiled in time')))
  })
}

function invalid(reason: string): ToolError {
  return new ToolError('invalid_document', `${reason}. Nothing was imported.`)
}
