// Gaussian noise as a regularizer: the network learns to read through it.
import { randomNormal } from '@deep-recipe/core-tensor'
import { type Layer, makeLayer } from '@deep-recipe/layers-core'
import { checkAmount, keyOf } from './check.ts'

/** Adds noise of mean 0 and the given deviation while training; the test sees the input as it is. Shapes stay. */
export function gaussianNoise(deviation: number): Layer {
  checkAmount('gaussianNoise: deviation', deviation)
  return makeLayer(`gaussianNoise(${deviation})`, (input, context) => {
    if (!context.training || deviation === 0) return input
    return input.add(randomNormal(keyOf('gaussianNoise', context), input.shape).mul(deviation))
  })
}
