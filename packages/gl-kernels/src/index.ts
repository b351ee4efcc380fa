// The public API of @deep-recipe/gl-kernels in a browser; Node has index.node.ts, which opens headless contexts too.

import { GlBackend } from './backend/gl-backend.ts'
import type { OpenGlOptions } from './device/context.ts'
import { openBrowserContext } from './device/open-browser.ts'

export * from './api.ts'

/**
 * Opens the WebGL2 backend on a canvas of its own, or on the given one.
 *
 * @throws BackendError where WebGL2 is missing, saying what to do.
 */
export async function openGl(options: OpenGlOptions = {}): Promise<GlBackend> {
  return new GlBackend(openBrowserContext(options))
}
