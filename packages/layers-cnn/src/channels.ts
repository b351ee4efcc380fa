// Layers over whole feature maps: maxout between them, and larger images by repetition.
import { type Pair, ShapeError, ValueError } from '@deep-recipe/core-tensor'
import { type Layer, makeLayer } from '@deep-recipe/layers-core'
import { checkBatch, formatPair, readGeometry } from './geometry.ts'

/**
 * Maxout over feature maps: at each place the largest of `pieces` neighbouring channels, so that a linear convolution with
 * `units · pieces` filters becomes `units` maps with a learned convex activation (Goodfellow and others, "Maxout
 * networks", 2013).
 *
 * [batch, units · pieces, ...] → [batch, units, ...].
 *
 * @throws ValueError when `pieces` is not a positive whole number; ShapeError when it does not divide the channels.
 */
export function maxoutChannels(pieces: number): Layer {
  if (!Number.isSafeInteger(pieces) || pieces < 1) {
    throw new ValueError({
      what: 'maxoutChannels: pieces',
      expected: 'a positive whole number',
      received: String(pieces),
      remedy: 'Give how many channels compete, such as 2.',
    })
  }
  return makeLayer(`maxoutChannels(${pieces})`, (input) => {
    const [batch, channels, ...places] = input.shape
    if (batch === undefined || channels === undefined || channels % pieces !== 0) {
      throw new ShapeError({
        what: 'maxoutChannels: input',
        expected: `[batch, channels, ...] with a number of channels that ${pieces} divides`,
        received: `[${input.shape.join(', ')}]`,
        remedy: `Give the convolution before it ${pieces} filters for each unit.`,
      })
    }
    return input.reshape([batch, channels / pieces, pieces, ...places]).max(2)
  })
}

/**
 * Each place repeated: `factor` rows and columns of the output show one of the input (nearest neighbour).
 *
 * [batch, channels, height, width] → [batch, channels, height · factor, width · factor].
 *
 * @param factor a positive whole number, or two: [down, across].
 */
export function upsample2d(factor: number | Pair): Layer {
  const { window } = readGeometry('upsample2d', 2, { window: factor })
  const [down, across] = window
  return makeLayer(`upsample2d(${formatPair(2, window)})`, (input) => {
    checkBatch('upsample2d', 2, input)
    const [batch, channels, height, width] = input.shape as [number, number, number, number]
    return input
      .reshape([batch, channels, height, 1, width, 1])
      .broadcastTo([batch, channels, height, down, width, across])
      .reshape([batch, channels, height * down, width * across])
  })
}
