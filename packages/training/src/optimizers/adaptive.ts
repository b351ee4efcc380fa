// Optimizers that scale each weight's step by the size of its gradients so far.
import { type Tensor, tensor } from '@deep-recipe/core-tensor'
import {
  checkEpsilon,
  checkLearningRate,
  checkMemory,
  type LearningRate,
  mapTrees,
  type Optimizer,
  type OptimizerState,
  readClock,
  startCounting,
  zerosTree,
} from './optimizer.ts'

/** Options of `adagrad`. */
export interface AdagradOptions {
  /** Default 0.01. */
  readonly learningRate?: LearningRate
  /** Default 1e-10. */
  readonly epsilon?: number
}

/** s ← s + g²; w ← w − η g / (√s + ε) (Duchi, Hazan and Singer, 2011). */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const { learningRate = 0.01, epsilon = 1e-10 } = options
  checkLearningRate('adagrad', learningRate)
  checkEpsilon('adagrad', epsilon)
  return {
    name: 'adagrad',
    init: (params) => startCounting({ squares: zerosTree(params) }),
    update: <P>(gradients: unknown, state: OptimizerState, params: P) => {
      const { step, rate } = readClock(state, learningRate)
      const squares = mapTrees((s, g) => s.add(g.square()), state.squares, gradients)
      const next = mapTrees((w, g, s) => w.sub(g.mul(rate).div(s.sqrt().add(epsilon))), params, gradients, squares)
      return { params: next as P, state: { step: step.add(1), squares } }
    },
  }
}

/** Options of `rmsprop`. */
export interface RmspropOptions {
  /** Default 0.01. */
  readonly learningRate?: LearningRate
  /** Share of the running mean square that is kept. Default 0.99. */
  readonly decay?: number
  /** Default 1e-8. */
  readonly epsilon?: number
}

/** s ← ρ s + (1 − ρ) g²; w ← w − η g / (√s + ε) (Hinton, lecture 6e of "Neural networks for machine learning", 2012). */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const { learningRate = 0.01, decay = 0.99, epsilon = 1e-8 } = options
  checkLearningRate('rmsprop', learningRate)
  checkMemory('rmsprop: decay', decay)
  checkEpsilon('rmsprop', epsilon)
  return {
    name: 'rmsprop',
    init: (params) => startCounting({ squares: zerosTree(params) }),
    update: <P>(gradients: unknown, state: OptimizerState, params: P) => {
      const { step, rate } = readClock(state, learningRate)
      const squares = mapTrees((s, g) => blend(s, g.square(), decay), state.squares, gradients)
      const next = mapTrees((w, g, s) => w.sub(g.mul(rate).div(s.sqrt().add(epsilon))), params, gradients, squares)
      return { params: next as P, state: { step: step.add(1), squares } }
    },
  }
}

/** Options of `adam`. */
export interface AdamOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRate
  /** β₁, the memory of the gradient. Default 0.9. */
  readonly beta1?: number
  /** β₂, the memory of its square. Default 0.999. */
  readonly beta2?: number
  /** Default 1e-8. */
  readonly epsilon?: number
}

/** Options of `adamW`. */
export interface AdamWOptions extends AdamOptions {
  /** λ in w ← (1 − η λ) w. Default 0.01. */
  readonly weightDecay?: number
  /** Which parameters decay, by path; default: all. */
  readonly decays?: (path: string) => boolean
}

/**
 * m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; w ← w − η m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ)
 * (Kingma and Ba, "Adam", 2015).
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
  checkLearningRate('adam', learningRate)
  checkMemory('adam: beta1', beta1)
  checkMemory('adam: beta2', beta2)
  checkEpsilon('adam', epsilon)
  return {
    name: 'adam',
    init: (params) =>
      startCounting({
        mean: zerosTree(params),
        square: zerosTree(params),
        // 1 − βᵗ by its own recurrence, c ← β c + (1 − β): computed as a difference it would lose digits.
        correction: { mean: tensor(0), square: tensor(0) },
      }),
    update: <P>(gradients: unknown, state: OptimizerState, params: P) => {
      const { step, rate } = readClock(state, learningRate)
      const before = state.correction as { readonly mean: Tensor; readonly square: Tensor }
      const correction = {
        mean: before.mean.mul(beta1).add(1 - beta1),
        square: before.square.mul(beta2).add(1 - beta2),
      }
      const mean = mapTrees((m, g) => blend(m, g, beta1), state.mean, gradients)
      const square = mapTrees((v, g) => blend(v, g.square(), beta2), state.square, gradients)
      const stepSize = rate.div(correction.mean)
      const scale = correction.square.sqrt()
      const next = mapTrees(
        (w, m, v) => w.sub(m.mul(stepSize).div(v.sqrt().div(scale).add(epsilon))),
        params,
        mean,
        square,
      )
      return { params: next as P, state: { step: step.add(1), mean, square, correction } }
    },
  }
}

function blend(running: Tensor, latest: Tensor, memory: number): Tensor {
  return running.mul(memory).add(latest.mul(1 - memory))
}
