// The backend of the page: WebGL2 where the browser has it, else the reference backend, and a sentence about it.
import { type Backend, openReference } from '@deep-recipe/core-tensor'
import { openGl } from '@deep-recipe/gl-kernels'

/** The backend, and what to tell of it. */
export interface PageBackend {
  readonly backend: Backend
  readonly sentence: string
}

/** Opens it. Never throws: the reference backend runs everywhere. */
export async function openPageBackend(): Promise<PageBackend> {
  try {
    const backend = await openGl()
    return { backend, sentence: `Everything is computed in this page, by ${backend.description}.` }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const sentence = `Everything is computed in this page, by plain JavaScript, which is slow: ${reason}`
    return { backend: openReference(), sentence }
  }
}
