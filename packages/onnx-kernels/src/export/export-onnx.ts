// exportOnnx: any traced function with its parameters as a file that other runtimes load.
import { type HostValue, RecipeError, type TensorType, toHostArray, ValueError } from '@deep-recipe/core-tensor'
import type { GraphProto } from 'onnx-buf'
import { lowerModel, type ModelNames } from './lower-model.ts'
import { mergeBatches, probeSizes } from './merge-batches.ts'
import { type ExportedFunction, type NamedParameters, readParameters, traceModel, withBatch } from './trace-model.ts'
import { countBytes, embeddedBytes, writeModel } from './write-model.ts'

/** Options of `exportOnnx`. */
export interface ExportOnnxOptions {
  /** The file to write, such as `model.onnx`. */
  readonly path: string
  /** Names of the inputs. Default: the names of a record of examples, else `input`, or `input_0`, `input_1`, … */
  readonly inputNames?: readonly string[]
  /** Names of the outputs. Default: the names of a record of results, else `output`, or `output_0`, `output_1`, … */
  readonly outputNames?: readonly string[]
  /** Whether the model takes any batch size, or that of the examples only. Default true. */
  readonly dynamicBatch?: boolean
  /** The batch axis of each input, undefined for an input without one. Default: 0, of scalars none. */
  readonly batchAxes?: readonly (number | undefined)[]
  /** Whether weights go to `PATH.data` beside the model. Default: only those that a model cannot hold (2 GB). */
  readonly externalData?: boolean
}

/** What was written. */
export interface ExportedOnnx {
  /** The model, and the file of its weights if there is one. */
  readonly files: readonly string[]
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

/**
 * Writes a function, or a model such as a layer, to an ONNX file (operator set 21, standard operators only). Weights keep
 * their paths in `params` as names.
 *
 * @param model a function of the parameters and the inputs that returns a tensor or a tree of tensors, or an object whose
 *   `apply(params, input, context)` does; a model is exported as it is in evaluation.
 * @param params a tree of tensors, device arrays or host values.
 * @param examples one example for each input, in a list or by name; only their types count.
 * @throws RecipeError when the function depends on the batch size in a way that one model cannot have.
 *
 * ```ts
 * const double = (params: { factor: Tensor }, x: Tensor) => x.mul(params.factor)
 * await exportOnnx(double, { factor: tensor(2) }, { x: zeros([1, 3]) }, { path: 'double.onnx' })
 * ```
 */
export async function exportOnnx<Params>(
  model: ExportedFunction<Params>,
  params: unknown,
  examples: readonly ExampleValue[] | Readonly<Record<string, ExampleValue>>,
  options: ExportOnnxOptions,
): Promise<ExportedOnnx> {
  const parameters = await readParameters(params)
  const isList = Array.isArray(examples)
  const types = Object.values(examples as Record<string, ExampleValue>).map(typeOf)
  const inputs = options.inputNames ?? (isList ? numbered('input', types.length) : Object.keys(examples))
  checkNames('inputNames', inputs, types.length)
  const traced = (inputTypes: readonly TensorType[]): { graph: GraphProto; names: ModelNames } => {
    const { graph, outputPaths } = traceModel(model as ExportedFunction<never>, parameters, inputTypes)
    const outputs = options.outputNames ?? nameOutputs(outputPaths)
    checkNames('outputNames', outputs, outputPaths.length)
    const names = { parameters: distinctNames(parameters, [...inputs, ...outputs]), inputs, outputs }
    return { graph: lowerModel(graph, names, parameters.values), names }
  }
  const axes = types.map((type, position) =>
    options.batchAxes ? options.batchAxes[position] : type.shape.length > 0 ? 0 : undefined,
  )
  const source = axes.findIndex((axis) => axis !== undefined)
  const atSize = (size: number) => traced(types.map((type, position) => withBatch(type, axes[position], size)))
  const { graph, names } =
    (options.dynamicBatch ?? true) && source >= 0
      ? mergeSizes(atSize, { input: inputs[source] as string, axis: axes[source] as number })
      : traced(types)
  const files = await writeModel(options.path, graph, options.externalData ?? countBytes(graph) > embeddedBytes)
  return { files, inputs: names.inputs, outputs: names.outputs }
}

/** What stands for an input: a value, or anything with its shape and dtype. */
export type ExampleValue = TensorType | HostValue

function typeOf(value: ExampleValue): TensorType {
  if (typeof value === 'object' && 'shape' in value && 'dtype' in value && typeof value.dtype === 'string') {
    const { shape, dtype } = value as TensorType
    return { shape, dtype }
  }
  return toHostArray(value as HostValue)
}

function mergeSizes(
  atSize: (size: number) => { graph: GraphProto; names: ModelNames },
  source: { input: string; axis: number },
): { graph: GraphProto; names: ModelNames } {
  const [first, second, third] = [atSize(probeSizes[0]), atSize(probeSizes[1]), atSize(probeSizes[2])]
  return { graph: mergeBatches([first.graph, second.graph, third.graph], source), names: first.names }
}

function numbered(name: string, count: number): string[] {
  return count === 1 ? [name] : Array.from({ length: count }, (_, position) => `${name}_${position}`)
}

function nameOutputs(paths: readonly string[]): string[] {
  const areNames = paths.every((path) => path !== '' && !/^\d+$/.test(path))
  return areNames ? [...paths] : numbered('output', paths.length)
}

/** Names of the weights; one that an input or output has already gets a prefix. */
function distinctNames(parameters: NamedParameters, taken: readonly string[]): string[] {
  return parameters.names.map((name) => (taken.includes(name) ? `parameters.${name}` : name))
}

function checkNames(option: string, names: readonly string[], count: number): void {
  if (names.length !== count || new Set(names).size !== names.length || names.includes('')) {
    throw new ValueError({
      what: `exportOnnx: ${option}`,
      expected: `${count} different names`,
      received: names.map((name) => `'${name}'`).join(', ') || 'none',
      remedy: 'Give each its own name.',
    })
  }
  if (count === 0) {
    throw new RecipeError({
      what: 'exportOnnx',
      expected: 'at least one input and one output',
      received: 'none',
      remedy: 'Export a function that takes and returns tensors.',
    })
  }
}
