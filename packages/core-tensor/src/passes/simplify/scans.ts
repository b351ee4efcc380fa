// Scans of no step or of one step need no loop.
import { inlineGraph } from '../../graph/rewrite.ts'
import type { Node, NodeOf } from '../../trace/node.ts'
import { makeSplat } from '../splat.ts'
import { makeLike } from '../walk.ts'

/** Results of a scan of length 0 or 1 without the scan; nothing for longer ones. */
export function unrollShortScan(scan: NodeOf<'scan'>): readonly Node[] | undefined {
  const { length, body, carries, sequences } = scan.attributes
  if (length > 1) return undefined
  if (length === 0) {
    return scan.results.map((type, index) =>
      index < carries ? (scan.inputs[index] as Node) : makeSplat(scan, type, 0),
    )
  }
  const args = scan.inputs.map((input, position) => {
    const isSequence = position >= carries && position < carries + sequences
    return isSequence ? (makeLike(scan, 'reshape', [input], { shape: input.shape.slice(1) }) as Node) : input
  })
  return inlineGraph(body, args).map((output, index) =>
    index < carries ? output : (makeLike(scan, 'reshape', [output], { shape: [1, ...output.shape] }) as Node),
  )
}
