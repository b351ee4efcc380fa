// Stochastic gradient descent, plain and with momentum.
import { type Tensor, ValueError } from '@deep-recipe/core-tensor'
import {
  checkLearningRate,
  checkMemory,
  type LearningRate,
  mapTrees,
  type Optimizer,
  readClock,
  startCounting,
  zerosTree,
} from './optimizer.ts'

/** Options of `sgd`. */
export interface SgdOptions {
  /** Default 0.01. */
  readonly learningRate?: LearningRate
  /** μ, the share of the last velocity that is kept. Default 0: plain descent. */
  readonly momentum?: number
  /** Looks ahead along the velocity (Nesterov, 1983, in the form of Sutskever and others, 2013). Default false. */
  readonly nesterov?: boolean
}

/**
 * v ← μ v + g; w ← w − η v. With Nesterov: w ← w − η (g + μ v). The velocity starts as the first gradient.
 *
 * Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
 *
 * @throws ValueError for a momentum outside [0, 1), and for Nesterov's without one.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { learningRate = 0.01, momentum = 0, nesterov = false } = options
  checkLearningRate('sgd', learningRate)
  checkMemory('sgd: momentum', momentum)
  if (nesterov && momentum === 0) {
    throw new ValueError({
      what: 'sgd: nesterov',
      expected: 'a momentum to look ahead along',
      received: 'none',
      remedy: 'Pass { momentum: 0.9, nesterov: true }, or leave nesterov out.',
    })
  }
  return {
    name: momentum === 0 ? 'sgd' : nesterov ? 'nesterov' : 'momentum',
    init: (params) => startCounting(momentum === 0 ? {} : { velocity: zerosTree(params) }),
    update: <P>(gradients: unknown, state: Parameters<Optimizer['update']>[1], params: P) => {
      const { step, rate } = readClock(state, learningRate)
      const next = { step: step.add(1) }
      const descend = (weight: Tensor, direction: Tensor): Tensor => weight.sub(direction.mul(rate))
      if (momentum === 0) return { params: mapTrees(descend, params, gradients) as P, state: next }
      const velocity = mapTrees((v, g) => v.mul(momentum).add(g), state.velocity, gradients)
      const direction = nesterov ? mapTrees((g, v) => g.add(v.mul(momentum)), gradients, velocity) : velocity
      return { params: mapTrees(descend, params, direction) as P, state: { ...next, velocity } }
    },
  }
}
