// The same kind of headless WebGL2 context that the toolkit opens, for the peers.
import { existsSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(new URL('../../../packages/gl-kernels/package.json', import.meta.url))

/** The package `gl` of the toolkit. */
export const headless = require('gl')

/** Without a display, ANGLE is told to use Vulkan, whose loader it looks for beside itself. */
export function prepareEnvironment() {
  if (process.platform !== 'linux' || process.env.DISPLAY) return
  const link = join(dirname(require.resolve('gl/package.json')), 'build', 'Release', 'libvulkan.so.1')
  const loader = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib']
    .map((folder) => `${folder}/libvulkan.so.1`)
    .find((path) => existsSync(path))
  if (loader && !existsSync(link)) symlinkSync(loader, link)
  process.env.ANGLE_DEFAULT_PLATFORM = 'vulkan'
  // As the toolkit does without a graphics card: see packages/gl-kernels/src/device/open-node.ts.
  process.env.ANGLE_FEATURE_OVERRIDES_DISABLED ??= 'preferMonolithicPipelinesOverLibraries'
}

/** A 1×1 WebGL2 context: on the display if there is one, else on Vulkan. */
export function openContext() {
  prepareEnvironment()
  const gl = headless(1, 1, { createWebGL2Context: true })
  if (!gl) throw new Error('no headless WebGL2 context: run the doctor of @deep-recipe/gl-kernels')
  return gl
}
