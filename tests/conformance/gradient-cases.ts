// Gradient cases: what was computed forwards, differentiated with respect to all of its float inputs.
import {
  type HostArray,
  HostRandom,
  inlineGraph,
  makeGraph,
  optimizeGraph,
  sizeOf,
  Tensor,
  valueAndGrad,
} from '@deep-recipe/core-tensor'
import type { ConformanceCase, Sample } from './case.ts'

/** How many cases of one primitive are differentiated. */
const mostPerPrimitive = 8

/** Cases of moderate numbers that lead from floats to floats, spread over all that a primitive has. */
export function gradientCases(cases: readonly ConformanceCase[]): ConformanceCase[] {
  const smooth = cases.filter((candidate) => isDifferentiable(candidate.build()))
  const step = Math.max(1, smooth.length / mostPerPrimitive)
  const chosen = smooth.filter((_, position) => Math.floor(position / step) !== Math.floor((position - 1) / step))
  return chosen.map((forward) => ({
    name: `gradient of ${forward.name}`,
    operationClass: 'composition',
    signedZeros: false,
    build: () => differentiate(forward.build()),
  }))
}

function isModerate({ dtype, data }: HostArray): boolean {
  return dtype !== 'float32' || data.every((number: number) => Math.abs(number) < 1000)
}

function isDifferentiable({ graph, inputs }: Sample): boolean {
  const floats = (types: readonly { readonly dtype: string }[]): boolean =>
    types.some(({ dtype }) => dtype === 'float32')
  return floats(graph.inputs) && floats(graph.outputs) && inputs.every(isModerate)
}

/** ∂/∂inputs of Σ outputs · weights, for fixed random weights. */
export function differentiate({ graph, inputs }: Sample): Sample {
  const random = new HostRandom(graph.nodes.length)
  const isFloat = ({ dtype }: { readonly dtype: string }): boolean => dtype === 'float32'
  const loss = (floats: readonly Tensor[]): Tensor => {
    let next = 0
    const args = graph.inputs.map((input) => (isFloat(input) ? (floats[next++] as Tensor).node : input))
    return inlineGraph(graph, args)
      .filter(isFloat)
      .map((output): Tensor => {
        const { shape } = output
        const data = Float32Array.from({ length: sizeOf(shape) }, () => random.normal())
        return new Tensor(output).mul({ shape, dtype: 'float32', data }).sum()
      })
      .reduce((sum, part) => sum.add(part))
  }
  const { gradient } = valueAndGrad(loss)(graph.inputs.filter(isFloat).map((input) => new Tensor(input)))
  const outputs = gradient.map((part) => part.node)
  return { graph: optimizeGraph(makeGraph(graph.inputs, outputs)), inputs }
}
