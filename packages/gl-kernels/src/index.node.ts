// The public API of @deep-recipe/gl-kernels in Node.
import { GlBackend } from './backend/gl-backend.ts'
import type { OpenGlOptions } from './device/context.ts'
import { openNodeContext } from './device/open-node.ts'

export * from './api.ts'

/**
 * Opens the WebGL2 backend through headless-gl: on the display if there is one, else on Vulkan without an X server, else
 * on an Xvfb that it starts itself.
 *
 * @throws BackendError saying what was tried and what to install.
 */
export async function openGl(options: OpenGlOptions = {}): Promise<GlBackend> {
  return new GlBackend(await openNodeContext(options))
}
