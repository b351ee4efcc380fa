// Whole training steps of real layers (forward, backward, update) on each backend against the reference in double
// precision, and, without a device, how many kernels and programs they take on gl.
import {
  type Backend,
  compile,
  type DeviceArray,
  evaluate,
  flattenTree,
  type HostArray,
  mapTree,
  openReference,
  randomKey,
  type Tensor,
} from '@deep-recipe/core-tensor'
import { openGl } from '@deep-recipe/gl-kernels'
import type { Params } from '@deep-recipe/layers-core'
import { openOnnx } from '@deep-recipe/onnx-kernels'
import type { OptimizerState, TensorBatch } from '@deep-recipe/training'
import { afterAll, describe, expect, test } from 'vitest'
import { describeDifference, largestDistance } from './compare.ts'
import { toleranceOf } from './tolerances.ts'
import { countStep, makeBatch, makeStart, makeStep, type TrainingModel, trainingModels } from './training-models.ts'

describe('kernels and programs of a training step on gl, planned without a device', () => {
  // A larger number is a regression; when one falls, lower it in training-models.ts.
  test.each(trainingModels)('$name', (model) => {
    const { kernels, programs } = countStep(model)
    expect(kernels).toBeLessThanOrEqual(model.kernels)
    expect(programs).toBeLessThanOrEqual(model.programs)
  })
})

/** The arguments of a training step, and what the next one begins with, as host arrays. */
type Arguments = readonly [params: unknown, state: unknown, batch: unknown, key: unknown, progress: unknown]

/** Opens a training step; its runs take and give host arrays, and leave nothing behind. */
function openStep(backend: Backend, model: TrainingModel): (values: Arguments) => Promise<unknown> {
  const train = makeStep(model)
  const step = compile(backend, (...[params, state, batch, key, progress]: Arguments) =>
    train(params as Params, state as OptimizerState, batch as TensorBatch, key as Tensor, progress as Tensor),
  )
  return async (values) => toHost(await step(...(values as never)))
}

async function toHost(tree: unknown): Promise<unknown> {
  const { leaves } = flattenTree<DeviceArray>(tree)
  const hosts = await Promise.all(leaves.map((leaf) => leaf.host()))
  for (const leaf of leaves) leaf.dispose()
  return mapTree(tree, () => hosts.shift())
}

const reference = openReference()
const exact = openReference({ precision: 'double' })
afterAll(() => {
  reference.close()
  exact.close()
})

const steps = 3

/** Every backend takes each of the steps from where the reference was, so that errors do not add up. */
async function compareSteps(backend: Backend, model: TrainingModel): Promise<void> {
  const [runExact, runSingle, runBackend] = [exact, reference, backend].map((each) => openStep(each, model)) as [
    ReturnType<typeof openStep>,
    ReturnType<typeof openStep>,
    ReturnType<typeof openStep>,
  ]
  const key = (await toHost(await evaluate(reference, randomKey(9)))) as HostArray
  let { params, state } = (await toHost(await evaluate(reference, makeStart(model)))) as Record<string, unknown>
  const tolerance = toleranceOf(backend.name, 'composition')
  for (let step = 0; step < steps; step++) {
    const values: Arguments = [params, state, makeBatch(model, step + 1), key, step / steps]
    const wanted = flattenTree<HostArray>(await runExact(values))
    const next = (await runSingle(values)) as Record<string, unknown>
    const single = flattenTree<HostArray>(next).leaves
    const received = flattenTree<HostArray>(await runBackend(values)).leaves
    const differences = wanted.leaves.flatMap((value, position) => {
      // What single precision costs the reference itself is allowed several times over.
      const slack = 16 * largestDistance(value, single[position] as HostArray)
      const options = { tolerance, signedZeros: false, slack }
      const difference = describeDifference(value, received[position] as HostArray, options)
      return difference ? [`step ${step + 1}, ${wanted.paths[position]}: ${difference}`] : []
    })
    expect(differences).toEqual([])
    expect(received).toHaveLength(wanted.leaves.length)
    params = next.params
    state = next.state
  }
}

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
    test.each(trainingModels)('$name', { timeout: 60_000 }, (model) => compareSteps(backend, model))
  })
}
