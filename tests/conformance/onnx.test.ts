// ONNX Runtime against the reference; where the optional package is absent, the suite is skipped and says why.
import { openOnnx } from '@deep-recipe/onnx-kernels'
import { describe, test } from 'vitest'
import { runConformance } from './run-conformance.ts'

const reason = await openOnnx().then(
  (backend) => backend.close(),
  (error: Error) => error.message,
)

if (reason === undefined) {
  runConformance(() => openOnnx(), 'onnx', { randomGraphs: Number(process.env.RANDOM_GRAPHS ?? 300) })
} else {
  describe('conformance of onnx', () => {
    test.skip(`no ONNX Runtime: ${reason}`, () => {})
  })
}
