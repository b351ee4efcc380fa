// Debug mode: the first value that is not finite, and the node that made it.
import { type HostData, type Node, NonFiniteError } from '@deep-recipe/core-tensor'

/** Throws a NonFiniteError if a node's value holds NaN or an infinity. */
export function checkFinite(node: Node, data: HostData): void {
  const place = data.findIndex((value) => !Number.isFinite(value))
  if (place < 0) return
  const from = node.operation === 'item' ? 'scan (one of its results)' : node.operation
  const line = node.origin?.stack?.split('\n')[1]?.trim().replace(/^at /, '')
  throw new NonFiniteError(
    {
      what: `${from} (${node.dtype}[${node.shape.join(', ')}])${line ? `, built at ${line}` : ''}`,
      expected: 'finite numbers',
      received: `${data[place]} at position ${place}`,
      remedy:
        'Look at what goes into this operation: a logarithm of 0, a division by 0, or numbers that grow too large.',
    },
    node.origin ? { cause: node.origin } : undefined,
  )
}
