// Optimizers around optimizers: weight decay, and clipping of gradients.
import { flattenTree, mapTree, type Tensor, tensor, ValueError } from '@deep-recipe/core-tensor'
import { decayWeights, type ParameterFilter, weightsOnly } from '@deep-recipe/regularizers'
import { checkNotNegative, checkPositive, checkShare } from '../check.ts'
import { type AdamWOptions, adam } from './adaptive.ts'
import { mapTrees, type Optimizer, readClock, type TensorTree } from './optimizer.ts'

/**
 * Adam with decoupled weight decay: w ← (1 − η λ) w before each step (Loshchilov and Hutter, "Decoupled weight decay
 * regularization", 2019).
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  const { weightDecay = 0.01, decays = () => true, learningRate = 0.001 } = options
  checkNotNegative('adamW: weightDecay', weightDecay, 'Give 0 to switch it off.')
  const inner = adam({ ...options, learningRate })
  return {
    name: 'adamW',
    init: inner.init,
    update: (gradients, state, params) => {
      const { rate } = readClock(state, learningRate)
      const kept = rate.mul(weightDecay).neg().add(1)
      const decayed = mapTree(params, (leaf, path) => (decays(path) ? (leaf as Tensor).mul(kept) : leaf))
      return inner.update(gradients, state, decayed as typeof params)
    },
  }
}

/**
 * Weight decay independent of the learning rate, around any optimizer: w ← (1 − λ) w − (the optimizer's step), for
 * plain descent exactly w ← (1 − λ) w − η ∂L/∂w.
 */
export function withWeightDecay(
  optimizer: Optimizer,
  lambda: number,
  applies: ParameterFilter = weightsOnly,
): Optimizer {
  checkShare('withWeightDecay: lambda', lambda, 'Give the share of each weight that a step takes away, such as 0.0001.')
  return {
    name: `${optimizer.name} with weight decay ${lambda}`,
    init: optimizer.init,
    update: (gradients, state, params) => optimizer.update(gradients, state, decayWeights(params, lambda, applies)),
  }
}

/** How to clip. */
export interface ClippingOptions {
  /** Scale all gradients together so that their common length is at most this (Pascanu and others, 2013). */
  readonly norm?: number
  /** Cut each number to [−value, value]. */
  readonly value?: number
}

/**
 * Clips gradients before an optimizer sees them: first by value, then by norm.
 *
 * @throws ValueError for limits that are not positive, or no limit at all.
 */
export function withClipping(optimizer: Optimizer, options: ClippingOptions): Optimizer {
  const { norm, value } = options
  if (norm !== undefined) checkLimit('withClipping: norm', norm)
  if (value !== undefined) checkLimit('withClipping: value', value)
  if (norm === undefined && value === undefined) {
    throw new ValueError({
      what: 'withClipping',
      expected: 'a norm or a value to clip by',
      received: 'neither',
      remedy: 'Pass { norm: 1 }, or leave clipping out.',
    })
  }
  return {
    name: `${optimizer.name} with clipping`,
    init: optimizer.init,
    update: (gradients, state, params) => {
      const cut = value === undefined ? gradients : clipByValue(gradients, value)
      const clipped = norm === undefined ? cut : clipByGlobalNorm(cut, norm)
      return optimizer.update(clipped, state, params)
    },
  }
}

/** √ Σ g² over all leaves. */
export function globalNorm(gradients: TensorTree): Tensor {
  const { leaves } = flattenTree<Tensor>(gradients)
  return leaves.reduce((sum, leaf) => sum.add(leaf.square().sum()), tensor(0)).sqrt()
}

/** g ← g · min(1, limit / ‖g‖), ‖g‖ over all leaves together. */
export function clipByGlobalNorm<G>(gradients: G, limit: number): G {
  checkLimit('clipByGlobalNorm: limit', limit)
  const norm = globalNorm(gradients)
  const factor = norm.greater(limit).where(norm.maximum(1e-12).pow(-1).mul(limit), 1)
  return mapTrees((gradient) => gradient.mul(factor), gradients) as G
}

/** Each number cut to [−limit, limit]. */
export function clipByValue<G>(gradients: G, limit: number): G {
  checkLimit('clipByValue: limit', limit)
  return mapTrees((gradient) => gradient.maximum(-limit).minimum(limit), gradients) as G
}

function checkLimit(what: string, limit: number): void {
  checkPositive(what, limit, 'Leave clipping out to switch it off.')
}
