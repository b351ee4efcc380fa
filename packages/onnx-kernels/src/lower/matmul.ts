// Matrix products. Transposed arguments and repeated batches are read in place instead of being copied first.
import type { Node } from '@deep-recipe/core-tensor'
import { broadcastShapes, fullValue, inputNode, type LoweringContext, type OnnxLoweringsOf } from './lowering.ts'

/** The node below a permutation that only swaps the last two axes, where `node` is one. */
function transposedSource(node: Node): Node | undefined {
  if (node.operation !== 'permute') return undefined
  const { axes } = node.attributes
  const rank = axes.length
  const swaps = axes.every((axis, i) => axis === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i))
  return swaps ? inputNode(node, 0) : undefined
}

/** Name of an argument: as small as broadcasting of the batch axes allows, in full where the matrices themselves are repeated. */
function matrixArgument(context: LoweringContext, node: Node): { name: string; batch: readonly number[] } {
  const loose = context.loose(node)
  const rank = node.shape.length
  const matrix = loose.shape.slice(-2)
  const isWhole = matrix.length === 2 && matrix.every((length, i) => length === node.shape[rank - 2 + i])
  if (isWhole) return { name: loose.name, batch: loose.shape.slice(0, -2) }
  return { name: context.full(node), batch: node.shape.slice(0, -2) }
}

export const matmulLowerings: OnnxLoweringsOf<'matmul'> = {
  matmul: (context, node) => {
    const { writer } = context
    const [a, b] = [inputNode(node, 0), inputNode(node, 1)]
    const [sourceA, sourceB] = [transposedSource(a), transposedSource(b)]
    if (node.shape.length === 2 && (sourceA || sourceB)) {
      const name = writer.emit('Gemm', [context.full(sourceA ?? a), context.full(sourceB ?? b)], {
        transA: { int: sourceA ? 1 : 0 },
        transB: { int: sourceB ? 1 : 0 },
      })
      return fullValue(node, name)
    }
    const [left, right] = [matrixArgument(context, a), matrixArgument(context, b)]
    const batch = broadcastShapes([left.batch, right.batch])
    return { name: writer.emit('MatMul', [left.name, right.name]), shape: [...batch, ...node.shape.slice(-2)] }
  },
}
