// Comparing whole training steps with the reference. Runs in a page as well, hence apart from the tests.
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
} from '@deep-recipe/core-tensor'
import { describeDifference, largestDistance } from './compare.ts'
import { toleranceOf } from './tolerances.ts'
import { makeBatch, makeStart, makeStep, type TrainingModel } from './training-models.ts'

/** The arguments of a training step, and what the next one begins with, as host arrays. */
type Arguments = readonly [params: unknown, state: unknown, batch: unknown, key: unknown, progress: unknown]

/** Opens a training step; its runs take and give host arrays, and leave nothing behind. */
function openStep(backend: Backend, model: TrainingModel): (values: Arguments) => Promise<unknown> {
  // The trees of parameters differ from model to model.
  const step = compile(backend, makeStep(model)) as unknown as (...values: Arguments) => Promise<unknown>
  return async (values) => toHost(await step(...values))
}

async function toHost(tree: unknown): Promise<unknown> {
  const { leaves } = flattenTree<DeviceArray>(tree)
  const hosts = await Promise.all(leaves.map((leaf) => leaf.host()))
  for (const leaf of leaves) leaf.dispose()
  return mapTree(tree, () => hosts.shift())
}

const steps = 3

/**
 * Takes three training steps on a backend, each from where the reference is, so that errors do not add up, and says what
 * differs from the reference in double precision.
 */
export async function compareSteps(backend: Backend, model: TrainingModel): Promise<string[]> {
  const reference = openReference()
  const exact = openReference({ precision: 'double' })
  const found: string[] = []
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
    wanted.leaves.forEach((value, position) => {
      // What single precision costs the reference itself is allowed several times over.
      const slack = 16 * largestDistance(value, single[position] as HostArray)
      const options = { tolerance, signedZeros: false, slack }
      const difference = describeDifference(value, received[position] as HostArray, options)
      if (difference) found.push(`step ${step + 1}, ${wanted.paths[position]}: ${difference}`)
    })
    params = next.params
    state = next.state
  }
  reference.close()
  exact.close()
  return found
}
