// The WebGL2 backend against the reference; where no context can be made, the suite is skipped and says why.
// RANDOM_GRAPHS sets how many random graphs are run.
import { type GlBackend, openGl } from '@deep-recipe/gl-kernels'
import { describe, test } from 'vitest'
import { runConformance } from './run-conformance.ts'

const reason = await openGl().then(
  (backend: GlBackend) => backend.close(),
  (error: Error) => error.message,
)

if (reason === undefined) {
  runConformance(() => openGl(), 'gl', { randomGraphs: Number(process.env.RANDOM_GRAPHS ?? 500) })
} else {
  describe(`conformance of gl`, () => {
    test.skip(`no WebGL2 context: ${reason}`, () => {})
  })
}
