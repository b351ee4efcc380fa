// Before the first step of fit: what it was given is checked, and the first parameters and optimizer state are made.
import {
  type Backend,
  compile,
  evaluate,
  flattenTree,
  foldInKey,
  RecipeError,
  randomKey,
  type Shape,
  ShapeError,
  toHostArray,
} from '@deep-recipe/core-tensor'
import { type Layer, type Params, splitTrainable } from '@deep-recipe/layers-core'
import type { Optimizer } from '../optimizers/optimizer.ts'
import type { Callback, HostParams } from './callbacks.ts'
import type { ArrayData, BatchSource } from './data.ts'
import type { RunTensors } from './run-state.ts'
import { disposeTree, downloadTree, uploadTree } from './trees.ts'

/** What the first parameters depend on. */
export interface Beginning {
  readonly backend: Backend
  readonly seed: number
  readonly inputShape: Shape
  readonly initial: HostParams | undefined
}

/** The first parameters and optimizer state, as host arrays. */
export async function begin(model: Layer, optimizer: Optimizer, beginning: Beginning): Promise<RunTensors> {
  const { backend, seed, inputShape, initial } = beginning
  // Only a graph: nothing is drawn yet.
  const draw = model.init(foldInKey(randomKey(seed), -1), inputShape)
  if (initial) checkInitial(draw, initial)
  const params = initial ? uploadTree(backend, initial) : await evaluate(backend, draw)
  const init = compile(backend, (current: Params) => optimizer.init(splitTrainable(current).trainable))
  try {
    const state = await init(params)
    try {
      return { params: (await downloadTree(params)) as HostParams, optimizer: await downloadTree(state) }
    } finally {
      disposeTree(state)
    }
  } finally {
    disposeTree(params)
    init.dispose()
  }
}

function checkInitial(draw: Params, initial: HostParams): void {
  const describe = (params: unknown): string => {
    const { leaves, paths } = flattenTree<{ readonly shape: Shape }>(params)
    return leaves.map(({ shape }, i) => `${paths[i]} [${shape.join(', ')}]`).join(', ')
  }
  const [expected, received] = [describe(draw), describe(initial)]
  if (expected === received) return
  throw new ShapeError({
    what: 'fit: initial',
    expected: `the parameters of the model: ${expected || 'none'}`,
    received: received || 'none',
    remedy: 'Pass parameters that were trained with a model of the same sizes.',
  })
}

/** Shape of one example. */
export async function exampleShape(
  train: BatchSource | ArrayData,
  source: BatchSource,
  given: Shape | undefined,
): Promise<Shape> {
  if (given) return given
  if ('inputs' in train) return train.inputs.shape.slice(1)
  for await (const batch of source.epoch(0, 0)) return toHostArray(batch.inputs).shape.slice(1)
  return failForLackOfBatches()
}

/** Throws: an epoch without a batch would teach nothing, silently. */
export function failForLackOfBatches(): never {
  throw new RecipeError({
    what: 'fit: train',
    expected: 'at least one batch in each epoch',
    received: 'none',
    remedy: 'Check that the source is not empty, and that each call of its epoch() begins anew.',
  })
}

/** Throws when two callbacks would share a place in a checkpoint. */
export function checkNames(callbacks: readonly Callback[]): void {
  const names = callbacks.flatMap((one) => (one.save ? [one.name] : []))
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return
  throw new RecipeError({
    what: 'fit: callbacks',
    expected: 'one callback of each name',
    received: `two called ${twice}`,
    remedy: 'Give one of them another name.',
  })
}
