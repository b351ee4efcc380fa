// Whole training steps of real layers (forward, backward, update) on each backend against the reference in double
// precision, and, without a device, how many kernels and programs they take on gl.
import type { Backend } from '@deep-recipe/core-tensor'
import { openGl } from '@deep-recipe/gl-kernels'
import { openOnnx } from '@deep-recipe/onnx-kernels'
import { afterAll, describe, expect, test } from 'vitest'
import { compareSteps } from './compare-steps.ts'
import { countParameters, countStep, trainingModels } from './training-models.ts'

describe('kernels and programs of a training step on gl, planned without a device', () => {
  // A larger number is a regression; when one falls, lower it in training-models.ts.
  test.each(trainingModels)('$name', (model) => {
    const { kernels, programs, updates } = countStep(model)
    expect(kernels).toBeLessThanOrEqual(model.kernels)
    expect(programs).toBeLessThanOrEqual(model.programs)
    // New weight, new moments and the optimizer's clock together.
    expect(updates).toBeLessThanOrEqual(countParameters(model))
  })
})

const opened: readonly [string, Backend | string][] = [
  ['gl', await openGl().catch((error: Error) => `no WebGL2 context: ${error.message}`)],
  ['onnx', await openOnnx().catch((error: Error) => error.message)],
]

for (const [name, backend] of opened) {
  if (typeof backend === 'string') {
    test.skip(`training steps on ${name} (${backend})`, () => {})
    continue
  }
  describe(`training steps on ${name}`, () => {
    afterAll(() => backend.close())
    test.each(trainingModels)('$name', { timeout: 60_000 }, async (model) => {
      expect(await compareSteps(backend, model)).toEqual([])
    })
  })
}
