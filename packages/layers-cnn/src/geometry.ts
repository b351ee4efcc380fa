// Geometry as people write it: windows, strides and paddings in one or two directions, checked where a layer is made.
// A sequence is treated as an image of height 1.
import {
  DTypeError,
  formatShape,
  type ImagePadding,
  type Padding,
  type Pair,
  type Shape,
  ShapeError,
  type Tensor,
  ValueError,
} from '@deep-recipe/core-tensor'

/** Directions in which a window moves: along sequences [channels, length], or over images [channels, height, width]. */
export type Directions = 1 | 2

/** `same`: output length ⌈length / stride⌉. `valid`: none. A number: at both ends. Or each end by itself. */
export type Padding1d = 'same' | 'valid' | number | { readonly before: number; readonly after: number }

/** Where windows lie, in both directions of an image. */
export interface WindowGeometry {
  readonly window: Pair
  readonly stride: Pair
  readonly dilation: Pair
  readonly padding: Padding
}

/** What a layer was given, for one or two directions; its window is the default of `stride` if that says so. */
export interface GivenGeometry {
  readonly window: number | Pair
  readonly stride?: number | Pair | undefined
  readonly dilation?: number | Pair | undefined
  readonly padding?: Padding | Padding1d | undefined
}

/** The geometry of a layer, checked. @throws ValueError naming what is not a whole number in range. */
export function readGeometry(what: string, directions: Directions, given: GivenGeometry): WindowGeometry {
  const read = (part: 'window' | 'stride' | 'dilation'): Pair => {
    const value = given[part] ?? 1
    const isPair = typeof value === 'object'
    const both = directions === 1 && !isPair ? ([1, value] as const) : toPair(value)
    if (!(isPair && directions === 1) && both.length === 2 && both.every((n) => isWhole(n, 1))) return both
    throw new ValueError({
      what: `${what}: ${part}`,
      expected: `a positive whole number${directions === 2 ? ', or two: [height, width]' : ''}`,
      received: JSON.stringify(value),
      remedy: 'Count in places.',
    })
  }
  const padding = readPadding(what, directions, given.padding ?? 'valid')
  return { window: read('window'), stride: read('stride'), dilation: read('dilation'), padding }
}

function readPadding(what: string, directions: Directions, padding: Padding | Padding1d): Padding {
  if (padding === 'same' || padding === 'valid') return padding
  const sides = readSides(directions, padding)
  if ([sides.top, sides.bottom, sides.left, sides.right].every((number) => isWhole(number, 0))) return sides
  throw new ValueError({
    what: `${what}: padding`,
    expected: `'same', 'valid', a whole number, or ${directions === 1 ? '{ before, after }' : '{ top, bottom, left, right }'}`,
    received: JSON.stringify(padding),
    remedy: 'Choose one of these.',
  })
}

function readSides(directions: Directions, padding: number | ImagePadding | object): ImagePadding {
  if (typeof padding !== 'number' && directions === 2) return padding as ImagePadding
  const { before, after } =
    typeof padding === 'number' ? { before: padding, after: padding } : (padding as { before: number; after: number })
  const vertical = directions === 1 ? 0 : before
  return { top: vertical, bottom: vertical, left: before, right: after }
}

/**
 * Runs something that takes images over images or, as images of height 1, over sequences.
 *
 * @param input [batch, channels, height, width], or [batch, channels, length].
 */
export function asImages(directions: Directions, input: Tensor, run: (images: Tensor) => Tensor): Tensor {
  return directions === 1 ? run(input.expandDims(2)).squeeze(2) : run(input)
}

/** Number of channels of examples [channels, ...places]. @throws ShapeError for examples of another rank. */
export function countChannels(what: string, directions: Directions, example: Shape): number {
  if (example.length === directions + 1) return example[0] as number
  const isGrey = example.length === directions
  throw new ShapeError({
    what: `${what}: input`,
    expected: `examples ${directions === 1 ? '[channels, length]' : '[channels, height, width]'}`,
    received: formatShape(example),
    remedy: isGrey ? `Put reshape([1, ${example.join(', ')}]) before it.` : 'Channels come first, then places.',
  })
}

/** Throws unless `input` is a batch of sequences or images of numbers. */
export function checkBatch(what: string, directions: Directions, input: Tensor): void {
  countChannels(what, directions, input.shape.slice(1))
  if (input.dtype === 'float32') return
  throw new DTypeError({
    what: `${what}: input`,
    expected: 'float32',
    received: input.dtype,
    remedy: "Put .cast('float32') before it.",
  })
}

/** A number for both directions of an image, or one for each. */
export function toPair(value: number | Pair): Pair {
  return typeof value === 'number' ? [value, value] : value
}

/** A pair of numbers for a name: 3×3, or 3 for a sequence. */
export function formatPair(directions: Directions, [height, width]: Pair): string {
  return directions === 1 ? String(width) : `${height}×${width}`
}

function isWhole(number: unknown, least: number): boolean {
  return Number.isSafeInteger(number) && (number as number) >= least
}
