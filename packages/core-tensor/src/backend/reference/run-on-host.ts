// Running a graph at once on host arrays: what eager reading, constant folding and tests need.
import { BackendError } from '../../errors.ts'
import { makeGraph } from '../../graph/graph.ts'
import { allocate, type HostArray, type HostData, type Precision, toHostArray } from '../../host/host-array.ts'
import { makeInput, remakeNode } from '../../trace/build.ts'
import type { Graph, Node } from '../../trace/node.ts'
import { formatType, sameShape, sizeOf } from '../../trace/types.ts'
import { buildProgram } from './build-program.ts'
import { makeSettings } from './program.ts'

/** How to run a graph on the host. */
export interface HostRunOptions {
  /** `double` computes float32 in 64 bits and returns Float64Arrays. Default `single`. */
  readonly precision?: Precision
  /** Stop with a NonFiniteError at the first node whose value is NaN or infinite. */
  readonly debug?: boolean
}

/**
 * Computes the outputs of a graph with the reference interpreter, synchronously.
 *
 * @throws BackendError if the inputs are not of the graph's types, ValueError for an index out of range.
 */
export function runGraphOnHost(
  graph: Graph,
  inputs: readonly HostArray[],
  { precision = 'single', debug = false }: HostRunOptions = {},
): HostArray[] {
  const program = buildProgram(graph, makeSettings(precision, debug))
  if (inputs.length !== graph.inputs.length) {
    throw new BackendError({
      what: 'runGraphOnHost',
      expected: `${graph.inputs.length} inputs`,
      received: String(inputs.length),
      remedy: 'Pass one array for each graph input.',
    })
  }
  graph.inputs.forEach((type, position) => {
    const value = inputs[position] as HostArray
    if (value.dtype !== type.dtype || !sameShape(value.shape, type.shape)) {
      throw new BackendError({
        what: `runGraphOnHost: input ${position + 1} (${type.attributes.name})`,
        expected: formatType(type),
        received: formatType(value),
        remedy: 'Pass arrays of the types that the graph was built for.',
      })
    }
    program.inputs[position]?.bind(toHostArray(value, { precision }).data)
  })
  const outputs = graph.outputs.map(({ shape, dtype }, position): HostArray => {
    const data: HostData = allocate(dtype, sizeOf(shape), precision)
    program.outputs[position]?.bind(data)
    return { shape, dtype, data }
  })
  program.run()
  return outputs
}

/** The value of one node over known inputs. Of a scan it gives the first result. */
export function evaluateNode(node: Node, inputs: readonly HostArray[], precision: Precision = 'single'): HostArray {
  const leaves = inputs.map((value, position) => makeInput(`input ${position + 1}`, value))
  return runGraphOnHost(makeGraph(leaves, [remakeNode(node, leaves)]), inputs, { precision })[0] as HostArray
}
