// A traced model as an ONNX graph with named inputs, outputs and weights, in standard operators only.
import type { Graph, HostArray } from '@deep-recipe/core-tensor'
import type { GraphProto } from 'onnx-buf'
import { findFusedOperators } from '../lower/fused.ts'
import { fullValue } from '../lower/lowering.ts'
import { Scope } from '../lower/scope.ts'
import { GraphWriter } from '../model/graph-writer.ts'

/** The names in a model. */
export interface ModelNames {
  readonly parameters: readonly string[]
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

/** Lowers a graph whose inputs are the parameters, then the inputs. */
export function lowerModel(graph: Graph, names: ModelNames, parameters: readonly HostArray[]): GraphProto {
  const writer = new GraphWriter()
  const scope = new Scope(writer, {
    block: 0,
    isFile: true,
    drawOnHost: () => undefined,
    fused: findFusedOperators(graph),
  })
  graph.inputs.forEach((input, position) => {
    const value = parameters[position]
    const name = value
      ? writer.constant(input.dtype, input.shape, value.data, names.parameters[position])
      : writer.input(input.dtype, input.shape, names.inputs[position - parameters.length])
    scope.define(input, [fullValue(input, name)])
  })
  for (const node of graph.nodes) if (!scope.has(node)) scope.lower(node)
  graph.outputs.forEach((output, position) => {
    const name = names.outputs[position] as string
    writer.emitAs(name, 'Identity', [scope.full(output)])
    writer.output(name, output.dtype, output.shape)
  })
  return writer.finish('model', { keepInputs: true })
}
