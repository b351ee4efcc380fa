// From a function or a model with its parameters and example inputs to a traced graph in which everything has a name.
import {
  type DeviceArray,
  flattenTree,
  type Graph,
  type HostArray,
  type HostValue,
  isDeviceArray,
  makeInput,
  mapTree,
  optimizeGraph,
  type Shape,
  Tensor,
  type TensorType,
  toHostArray,
  traceGraph,
} from '@deep-recipe/core-tensor'

/** What stands for a parameter: a tensor that depends on known values only, an array on a backend, or a host value. */
export type ParameterValue = Tensor | DeviceArray | HostValue

/** A function of parameters and inputs, or a model with such a function, as layers are. */
export type ExportedFunction<Params> =
  // Inputs are as many tensors as examples are given.
  | ((params: Params, ...inputs: Tensor[]) => unknown)
  | { apply(params: Params, input: Tensor, context: { readonly training: false }): unknown }

/** Parameters read to the host, by path. */
export interface NamedParameters {
  readonly names: readonly string[]
  readonly values: readonly HostArray[]
  /** The tree with a leaf for each, in order. */
  readonly tree: unknown
}

/** Reads a tree of parameters. */
export async function readParameters(params: unknown): Promise<NamedParameters> {
  const { leaves, paths } = flattenTree<ParameterValue>(params)
  const values = await Promise.all(
    leaves.map((leaf) => (leaf instanceof Tensor || isDeviceArray(leaf) ? leaf.host() : toHostArray(leaf))),
  )
  return { names: paths.map((path) => path || 'parameters'), values, tree: params }
}

/** The optimized graph of the function; its inputs are the parameters in order, then the inputs. */
export function traceModel(
  model: ExportedFunction<never>,
  parameters: NamedParameters,
  inputs: readonly TensorType[],
): { readonly graph: Graph; readonly outputPaths: readonly string[] } {
  let outputPaths: readonly string[] = []
  const call = (params: never, ...args: Tensor[]): unknown => {
    const result =
      typeof model === 'function' ? model(params, ...args) : model.apply(params, args[0] as Tensor, { training: false })
    outputPaths = flattenTree(result).paths
    return result
  }
  let next = 0
  const placeholders = mapTree(parameters.tree, () => placeholder(parameters.values[next++] as HostArray))
  const graph = traceGraph(
    call as (...args: unknown[]) => unknown,
    placeholders,
    ...inputs.map((type) => placeholder(type)),
  )
  return { graph: optimizeGraph(graph), outputPaths }
}

function placeholder(type: TensorType): Tensor {
  return new Tensor(makeInput('example', type))
}

/** The shape with another batch size. */
export function withBatch(type: TensorType, axis: number | undefined, size: number): TensorType {
  if (axis === undefined) return type
  const shape: Shape = type.shape.map((length, i) => (i === axis ? size : length))
  return { shape, dtype: type.dtype }
}
