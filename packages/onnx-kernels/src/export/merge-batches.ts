// One model for every batch size, from the same function traced with three sizes: what differs between them must grow
// linearly with the size, is read off the first two, checked against the third, and computed from the input's shape.

import { create, equals } from '@bufbuild/protobuf'
import { RecipeError } from '@deep-recipe/core-tensor'
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorShapeProto_DimensionSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf'
import { encodeAttribute } from '../model/attributes.ts'
import { makeTensorProto } from '../model/tensors.ts'

/** Sizes to trace with: primes that no layer has as a width, so that nothing coincides by chance. */
export const probeSizes = [1009, 1013, 1019] as const

/** Where the model finds its batch size when it runs. */
export interface BatchSource {
  readonly input: string
  readonly axis: number
}

type Three<T> = readonly [T, T, T]

/** Merges the graphs of the three probe sizes. Throws a RecipeError where they differ in more than sizes. */
export function mergeBatches(graphs: Three<GraphProto>, source: BatchSource): GraphProto {
  const [first] = graphs
  const nodes = mergeNodes(perGraph(graphs, (graph) => graph.node))
  const constants: TensorProto[] = []
  const computed: NodeProto[] = []
  const triples = zip(
    perGraph(graphs, (graph) => graph.initializer),
    'constants',
  )
  for (const triple of triples) {
    const [constant, second, third] = triple
    const isSame = constant.name === second.name && sameData(constant, second) && sameData(constant, third)
    if (isSame) constants.push(constant)
    else {
      const { offset, slope } = fitLine(triple)
      const [base, factor] = [`${constant.name}_base`, `${constant.name}_factor`]
      constants.push(makeTensorProto(base, 'int64', [offset.length], BigInt64Array.from(offset)))
      constants.push(makeTensorProto(factor, 'int64', [slope.length], BigInt64Array.from(slope)))
      const grown = `${constant.name}_grown`
      computed.push(makeNode('Mul', [batchName, factor], grown), makeNode('Add', [grown, base], constant.name))
    }
  }
  const size = makeNode('Shape', [source.input], batchName)
  size.attribute.push(encodeAttribute('start', { int: source.axis }), encodeAttribute('end', { int: source.axis + 1 }))
  return create(GraphProtoSchema, {
    name: first.name,
    node: [...(computed.length > 0 ? [size, ...computed] : []), ...nodes],
    input: mergeValues(perGraph(graphs, (graph) => graph.input)),
    output: mergeValues(perGraph(graphs, (graph) => graph.output)),
    initializer: constants,
  })
}

const batchName = 'batch_size'

function makeNode(operator: string, input: string[], output: string): NodeProto {
  return create(NodeProtoSchema, { name: output, opType: operator, input, output: [output] })
}

function mergeNodes(lists: Three<readonly NodeProto[]>): NodeProto[] {
  return zip(lists, 'operators').map(([first, second, third]) => {
    for (const other of [second, third]) {
      const isSame =
        first.opType === other.opType &&
        first.input.join() === other.input.join() &&
        first.output.join() === other.output.join()
      if (!isSame) refuse(`${first.opType} with one and ${other.opType} with another`)
    }
    const attribute = zip([first.attribute, second.attribute, third.attribute], 'attributes').map(mergeAttributes)
    return create(NodeProtoSchema, { ...first, attribute })
  })
}

function mergeAttributes([first, second, third]: Three<AttributeProto>): AttributeProto {
  const bodies = [first.g, second.g, third.g]
  if (first.g && second.g && third.g) {
    const graphs = bodies as unknown as Three<GraphProto>
    const body = create(GraphProtoSchema, {
      name: first.g.name,
      node: mergeNodes(perGraph(graphs, (graph) => graph.node)),
      input: mergeValues(perGraph(graphs, (graph) => graph.input)),
      output: mergeValues(perGraph(graphs, (graph) => graph.output)),
    })
    return create(AttributeProtoSchema, { ...first, g: body })
  }
  if (!equals(AttributeProtoSchema, first, second) || !equals(AttributeProtoSchema, first, third)) {
    refuse(`an attribute ${first.name} that changes`)
  }
  return first
}

/** Types of inputs and outputs: sizes that differ get a name. */
function mergeValues(lists: Three<readonly ValueInfoProto[]>): ValueInfoProto[] {
  return zip(lists, 'values').map((values) => {
    const [first] = values
    const merged = create(ValueInfoProtoSchema, first)
    const [dims, second, third] = values.map(dimensionsOf) as unknown as Three<ReturnType<typeof dimensionsOf>>
    if (dims.length !== second.length || dims.length !== third.length) refuse(`a rank of ${first.name} that changes`)
    dims.forEach((dimension, axis) => {
      const size = dimension.value.value
      if (size === second[axis]?.value.value && size === third[axis]?.value.value) return
      const isBatch = size === BigInt(probeSizes[0])
      dims[axis] = create(TensorShapeProto_DimensionSchema, {
        value: { case: 'dimParam', value: isBatch ? 'batch' : `${first.name}_${axis}` },
      })
    })
    return merged
  })
}

function dimensionsOf(value: ValueInfoProto) {
  return value.type?.value.case === 'tensorType' ? (value.type.value.value.shape?.dim ?? []) : []
}

/** offset + slope · batch for each number of an int64 vector. */
function fitLine(constants: Three<TensorProto>): { offset: bigint[]; slope: bigint[] } {
  const [first] = constants
  const isVector = constants.every(
    (each) =>
      each.name === first.name &&
      each.dataType === TensorProto_DataType.INT64 &&
      each.dims.join() === first.dims.join(),
  )
  if (!isVector) refuse(`a constant that depends on it (${first.dims.join(' × ') || 'a single number'})`)
  const [a, b, c] = constants.map(
    (each) => new BigInt64Array(each.rawData.slice().buffer),
  ) as unknown as Three<BigInt64Array>
  const [atA, atB, atC] = probeSizes.map(BigInt) as unknown as Three<bigint>
  const slope = Array.from(a, (value, i) => ((b[i] as bigint) - value) / (atB - atA))
  const offset = Array.from(a, (value, i) => value - (slope[i] as bigint) * atA)
  const fits = [...b.keys()].every((i) => {
    const [from, by] = [offset[i] as bigint, slope[i] as bigint]
    return from + by * atB === b[i] && from + by * atC === c[i]
  })
  if (!fits) refuse('sizes that do not grow linearly with it')
  return { offset, slope }
}

function sameData(a: TensorProto, b: TensorProto): boolean {
  return (
    a.dataType === b.dataType &&
    a.dims.join() === b.dims.join() &&
    (a.rawData.buffer === b.rawData.buffer || Buffer.compare(a.rawData, b.rawData) === 0)
  )
}

function perGraph<T>([a, b, c]: Three<GraphProto>, part: (graph: GraphProto) => T): Three<T> {
  return [part(a), part(b), part(c)]
}

function zip<T>([a, b, c]: Three<readonly T[]>, what: string): Three<T>[] {
  if (a.length !== b.length || a.length !== c.length)
    refuse(`${a.length} ${what} with one and ${b.length} with another`)
  return a.map((first, position) => [first, b[position] as T, c[position] as T])
}

function refuse(received: string): never {
  throw new RecipeError({
    what: 'exportOnnx: dynamic batch dimension',
    expected: 'a function that treats examples alike, whatever the batch size',
    received,
    remedy: 'Export with `dynamicBatch: false`, or leave batch statistics and losses out of the exported function.',
  })
}
