// The doctor: says how a context is made here, who renders, what it can do, whether it is right, and how fast it is.
import { RecipeError } from '@deep-recipe/core-tensor'
import { GlBackend } from '../backend/gl-backend.ts'
import type { GlContext, OpenGlOptions } from '../device/context.ts'
import { measureSpeed } from './measure.ts'
import { runSelfTests } from './self-test.ts'

/** What the doctor has to say. */
export interface Diagnosis {
  readonly healthy: boolean
  readonly lines: readonly string[]
}

/** Opens a context, examines it and closes it again. Never throws: what fails is in the lines, with its remedy. */
export async function examine(
  open: (options: OpenGlOptions) => Promise<GlContext>,
  options: OpenGlOptions = {},
): Promise<Diagnosis> {
  const lines: string[] = []
  let backend: GlBackend
  const started = performance.now()
  try {
    backend = new GlBackend(await open(options))
  } catch (error) {
    lines.push('✗ no WebGL2 context')
    if (error instanceof RecipeError) lines.push(`  wanted:   ${error.expected}`, `  found:    ${error.received}`)
    lines.push(`  do this:  ${error instanceof RecipeError ? error.remedy : (error as Error).message}`)
    return { healthy: false, lines }
  }
  try {
    const opened = performance.now() - started
    lines.push(...describeContext(backend, opened))
    const results = await runSelfTests(backend)
    for (const { name, passed, detail, remedy } of results) {
      lines.push(`${passed ? '✓' : '✗'} ${name.padEnd(32)} ${detail}`)
      if (!passed) lines.push(`  do this: ${remedy}`)
    }
    const speed = await measureSpeed(backend)
    lines.push(
      `matrix product ${speed.matmulSize}³   ${speed.gigaflops.toFixed(1)} GFLOP/s`,
      `upload, download      ${speed.uploadRate.toFixed(0)}, ${speed.downloadRate.toFixed(0)} MiB/s`,
      `small draw            ${speed.drawMicroseconds.toFixed(0)} µs`,
    )
    return { healthy: results.every(({ passed }) => passed), lines }
  } catch (error) {
    lines.push(`✗ ${(error as Error).message}`)
    return { healthy: false, lines }
  } finally {
    backend.close()
  }
}

function describeContext(backend: GlBackend, milliseconds: number): string[] {
  const { context, limits } = backend.device
  const { gl, hardware } = context
  const lines = [
    `✓ WebGL2 context by ${context.origin} in ${milliseconds.toFixed(0)} ms`,
    `renderer              ${context.renderer}`,
    `version               ${gl.getParameter(gl.VERSION)}`,
    `kind                  ${hardware === undefined ? 'unknown' : hardware ? 'hardware' : 'software'}`,
    `largest texture       ${limits.maxTextureSize} × ${limits.maxTextureSize} texels of four numbers`,
    `textures per kernel   ${limits.textureUnits}`,
    `exact quad derivatives ${limits.quadDerivatives ? 'yes' : 'no (products use a slower template)'}`,
  ]
  if (hardware === false) {
    lines.push('  for speed: install a GPU driver with Vulkan, or use the ONNX backend, which is faster on a CPU')
  }
  return lines
}
