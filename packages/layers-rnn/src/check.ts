// Checks that recurrent layers share.
import {
  type DType,
  formatShape,
  formatType,
  type Shape,
  ShapeError,
  sameShape,
  type Tensor,
  ValueError,
} from '@deep-recipe/core-tensor'

/** Throws unless `count` is a positive whole number. */
export function checkCount(what: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return
  throw new ValueError({
    what,
    expected: 'a positive whole number',
    received: String(count),
    remedy: 'Give how many there shall be.',
  })
}

/** Throws unless `rate` lies in [0, 1). */
export function checkRate(what: string, rate: number): void {
  if (rate >= 0 && rate < 1) return
  throw new ValueError({
    what,
    expected: 'a share from 0 up to, but not including, 1',
    received: String(rate),
    remedy: 'Give the share to drop, such as 0.25.',
  })
}

/** Batch size, number of steps and width of sequences. Throws unless they are [batch, time, features]. */
export function readSequenceShape(what: string, { shape }: Tensor): [batch: number, time: number, features: number] {
  const [batch, time, features] = shape
  if (shape.length === 3 && batch !== undefined && time !== undefined && features !== undefined) {
    return [batch, time, features]
  }
  throw new ShapeError({
    what: `${what}: input`,
    expected: 'sequences [batch, time, features]',
    received: formatShape(shape),
    remedy: 'Look symbols up with embedding, give single numbers an axis with expandDims(-1).',
  })
}

/** Throws unless a tensor has the given type. */
export function checkType(what: string, value: Tensor, dtype: DType, shape: Shape, remedy: string): void {
  if (value.dtype === dtype && sameShape(value.shape, shape)) return
  throw new ShapeError({ what, expected: formatType({ dtype, shape }), received: formatType(value), remedy })
}

/** Numbers of symbols, as int32. Throws unless they are numbers, with the given count of axes. */
export function checkSymbols(what: string, symbols: Tensor, rank: number, expected: string): Tensor {
  if (symbols.rank === rank && symbols.dtype !== 'bool') return symbols.cast('int32')
  throw new ShapeError({
    what,
    expected,
    received: formatType(symbols),
    remedy: 'Give numbers of symbols, padded to one length.',
  })
}
