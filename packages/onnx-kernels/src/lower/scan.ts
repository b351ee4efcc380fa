// Scan: a loop over the steps of sequences as ONNX's Scan, forwards or from the end.
import type { NodeOf } from '@deep-recipe/core-tensor'
import type { GraphWriter } from '../model/graph-writer.ts'
import { fullValue, inputNode, type LoopScope, type OnnxValue } from './lowering.ts'

/** Lowers a scan in `scope`. Work in the body that is the same in every step is done once, before the loop. */
export function lowerScan(scope: LoopScope, node: NodeOf<'scan'>): readonly OnnxValue[] {
  const { body, carries, sequences, length, reverse } = node.attributes
  const { writer } = scope
  const results = body.outputs.length - carries
  const stackedShape = (position: number): readonly number[] => node.results[carries + position]?.shape ?? []
  if (length === 0) {
    return [
      ...node.inputs.slice(0, carries).map((input) => scope.loose(input)),
      ...Array.from({ length: results }, (_, position) => scope.empty(node.results[carries + position])),
    ]
  }

  // Arrays without elements are left out of the loop: nothing reads them.
  const isKept = (shape: readonly number[]): boolean => !shape.includes(0)
  const carried = positionsWhere(carries, (position) => isKept(inputNode(node, position).shape))
  const walked = positionsWhere(sequences, (position) => isKept(inputNode(node, carries + position).shape))
  const stacked = positionsWhere(results, (position) => isKept(stackedShape(position)))
  if (carried.length + stacked.length === 0) return node.results.map((result) => scope.empty(result))

  const bodyWriter = writer.child()
  const before = scope.sibling(writer)
  const inside = scope.sibling(bodyWriter, before)
  body.inputs.forEach((input, position) => {
    if (position >= carries + sequences) before.define(input, [fullValue(input, scope.full(inputNode(node, position)))])
    else if (!isKept(input.shape)) inside.define(input, [scope.empty(input)])
  })
  for (const position of [...carried, ...walked.map((walk) => carries + walk)]) {
    const input = body.inputs[position]
    if (input) inside.define(input, [fullValue(input, bodyWriter.input(input.dtype, input.shape))])
  }
  // Scan wants at least one sequence; this one says only how many steps there are.
  const counter = walked.length > 0 ? [] : [writer.constant('bool', [length], new Uint8Array(length))]
  if (counter.length > 0) bodyWriter.input('bool', [])

  for (const inner of body.nodes) {
    if (before.has(inner) || inside.has(inner)) continue
    const isInvariant = inner.inputs.every((input) => before.has(input))
    ;(isInvariant ? before : inside).lower(inner)
  }
  const yielded = new Set<string>()
  for (const position of [...carried, ...stacked.map((result) => carries + result)]) {
    const output = body.outputs[position]
    if (!output) continue
    yieldFromBody(bodyWriter, yielded, inside.full(output), output)
  }

  const names = writer.emitAll(
    'Scan',
    [
      ...carried.map((position) => scope.full(inputNode(node, position))),
      ...walked.map((position) => scope.full(inputNode(node, carries + position))),
      ...counter,
    ],
    {
      body: { graph: bodyWriter.finishBody(writer.newName('body')) },
      num_scan_inputs: { int: walked.length + counter.length },
      scan_input_directions: { ints: new Array<number>(walked.length + counter.length).fill(Number(reverse)) },
      scan_output_directions: { ints: new Array<number>(stacked.length).fill(Number(reverse)) },
    },
    { outputs: carried.length + stacked.length },
  )
  return node.results.map((result, position) => {
    const place = position < carries ? carried.indexOf(position) : carried.length + stacked.indexOf(position - carries)
    const isDropped = position < carries ? place < 0 : !stacked.includes(position - carries)
    return isDropped ? scope.empty(result) : { name: names[place] as string, shape: result.shape }
  })
}

/** Outputs of a body must be its own and distinct: values from outside and repeated ones are passed on by an operator. */
function yieldFromBody(
  writer: GraphWriter,
  yielded: Set<string>,
  name: string,
  type: { dtype: NodeOf<'scan'>['dtype']; shape: readonly number[] },
): void {
  const isOwn = writer.owns(name) && !yielded.has(name)
  const own = isOwn ? name : writer.emit('Identity', [name])
  yielded.add(own)
  writer.output(own, type.dtype, type.shape)
}

function positionsWhere(count: number, test: (position: number) => boolean): number[] {
  return Array.from({ length: count }, (_, position) => position).filter(test)
}
