// Broadcasts move towards the outputs: an elementwise primitive over broadcast values is computed once for each distinct
// element, before the broadcast.
import type { Node } from '../../trace/node.ts'
import { type Shape, sameShape, sizeOf } from '../../trace/types.ts'
import { reshapeSplat } from '../splat.ts'
import { makeLike } from '../walk.ts'

/**
 * f(broadcast a, broadcast b) = broadcast f(a, b) for a, b of one shape; splats take any shape. Nothing when an input is
 * neither, or when there is nothing to save.
 */
export function sinkBroadcast(node: Node): Node | undefined {
  if (node.inputs.length === 0 || sizeOf(node.shape) <= 1) return undefined
  let shape: Shape | undefined
  let splats = 0
  for (const input of node.inputs) {
    const source = input.operation === 'broadcast' ? (input.inputs[0] as Node) : undefined
    if (isOneElement(input, source)) splats++
    else if (!source || (shape && !sameShape(shape, source.shape))) return undefined
    else shape = source.shape
  }
  if (splats === node.inputs.length) shape = node.shape.map(() => 1)
  if (!shape || sizeOf(shape) >= sizeOf(node.shape)) return undefined
  const sources: Node[] = []
  for (const input of node.inputs) {
    const source = input.operation === 'broadcast' ? (input.inputs[0] as Node) : input
    const fitted = sameShape(source.shape, shape) ? source : reshapeSplat(node, input, shape)
    if (!fitted) return undefined
    sources.push(fitted)
  }
  const inner = makeLike(node, node.operation as 'add', sources, node.attributes as never)
  return makeLike(node, 'broadcast', [inner], { shape: node.shape })
}

/** A constant splat: the only kind that takes any shape. */
function isOneElement(input: Node, source: Node | undefined): boolean {
  const constant = source ?? input
  return constant.operation === 'constant' && constant.attributes.value.data.length === 1
}
