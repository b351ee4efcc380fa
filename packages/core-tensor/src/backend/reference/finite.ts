// Debug mode: the first number that is not finite, and the node that made it.
import { NonFiniteError } from '../../errors.ts'
import type { Node } from '../../trace/node.ts'
import { describeOrigin } from '../../trace/origin.ts'
import { formatShape, formatType } from '../../trace/types.ts'
import type { View } from './view.ts'

/** Throws a NonFiniteError if a contiguous floating view holds NaN or an infinity. */
export function checkFinite(node: Node, number: number, view: View, scanSteps: readonly number[]): void {
  if (view.dtype !== 'float32' && view.dtype !== 'float64') return
  const { data, offset, size } = view
  for (let i = 0; i < size; i++) {
    const value = data[offset + i] as number
    if (!Number.isFinite(value)) throw describeFailure(node, number, view, i, value, scanSteps)
  }
}

function describeFailure(
  node: Node,
  number: number,
  view: View,
  place: number,
  value: number,
  scanSteps: readonly number[],
): NonFiniteError {
  const inside = scanSteps.map((step) => `, in step ${step} of a scan`).join('')
  const origin = describeOrigin(node.origin)
  return new NonFiniteError({
    what: `${node.operation} (node ${number}, ${formatType(node)}${inside})${origin ? `, built at ${origin}` : ''}`,
    expected: 'finite numbers',
    received: `${value} at index ${formatShape(unravel(place, view.shape))}`,
    remedy: 'Look at what goes into this operation: a logarithm of 0, a division by 0, or numbers that grow too large.',
  })
}

/** The index along each axis of the element at a row-major position. */
function unravel(position: number, shape: readonly number[]): number[] {
  let rest = position
  return shape
    .map((_, i) => shape[shape.length - 1 - i] as number)
    .map((size) => {
      const index = rest % size
      rest = Math.floor(rest / size)
      return index
    })
    .reverse()
}
