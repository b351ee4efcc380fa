// Layers that only change shapes.
import { type Shape, sizeOf } from '@deep-recipe/core-tensor'
import { type Layer, makeLayer } from '../layer.ts'

/** Each example as one vector: [batch, ...] → [batch, product of the rest]. */
export function flatten(): Layer {
  return makeLayer('flatten', (input) => input.reshape([input.shape[0] as number, sizeOf(input.shape.slice(1))]))
}

/** Each example in another shape, one size of which may be −1. */
export function reshape(shape: Shape): Layer {
  return makeLayer(`reshape(${shape.join(', ')})`, (input) => input.reshape([input.shape[0] as number, ...shape]))
}
