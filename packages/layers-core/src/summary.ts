// The table of a model: each layer with its output's shape and its parameters, as Keras prints it.
import {
  flattenTree,
  makeInput,
  randomKey,
  type Shape,
  sizeOf,
  Tensor,
  type TensorType,
} from '@deep-recipe/core-tensor'
import { observeLayers } from './composition.ts'
import type { Layer, LayerCall, Params } from './layer.ts'
import { countParameters } from './parameters.ts'

/** One layer in a summary. */
export interface LayerRow {
  /** Positions on the way to it, such as `2.0`; its parameters' names begin with this. Empty for the whole model. */
  readonly path: string
  /** Its name; of a layer that has parts, which follow, only the first word. */
  readonly name: string
  /** How many layers it lies within, the model not counted. */
  readonly depth: number
  /** Shape of one example of its output. */
  readonly outputShape: Shape
  /** Numbers in its parameters, its parts and what is not trained included. */
  readonly parameters: number
}

/** What a summary says, for programs. */
export interface ModelSummary {
  readonly rows: readonly LayerRow[]
  /** Numbers that training changes. */
  readonly trained: number
  /** Numbers under the name `state`, such as running means. */
  readonly notTrained: number
}

/**
 * What the layers of a model give and hold, found by tracing it; nothing is computed. Layers that apply their parts through
 * `applyPart` (`sequential` and its like) are followed by these; one that is applied several times has one row.
 *
 * @param inputShape shape of one example, without the batch axis.
 */
export function summarizeLayers<P extends Params>(model: Layer<P>, inputShape: Shape): ModelSummary {
  const params = model.init(randomKey(0), inputShape)
  const input = new Tensor(makeInput('example', { shape: [1, ...inputShape], dtype: 'float32' }))
  const [whole, ...parts] = observeLayers(model, params, input) as [LayerCall, ...LayerCall[]]
  const distinct = [...new Map(parts.map((call) => [call.path, call])).values()]
  const calls = distinct.length > 0 ? distinct : [whole]
  const trained = countParameters(params)
  return { rows: calls.map((call) => describe(call, calls)), trained, notTrained: countNumbers(params) - trained }
}

/**
 * A table of the layers of a model, for people: where each stands, the shape of its output and how many parameters it has;
 * below, how many there are and how many are trained.
 *
 * ```ts
 * console.log(summary(sequential(flatten(), dense(32, { activation: relu }), dense(10)), [28, 28]))
 * ```
 *
 * @param inputShape shape of one example, without the batch axis.
 */
export function summary<P extends Params>(model: Layer<P>, inputShape: Shape): string {
  const { rows, trained, notTrained } = summarizeLayers(model, inputShape)
  const cells = rows.map(({ path, name, depth, outputShape, parameters }) => [
    path,
    `${'  '.repeat(depth)}${name}`,
    `[${['batch', ...outputShape].join(', ')}]`,
    formatCount(parameters),
  ])
  const table = [['at', 'layer', 'output shape', 'parameters'], ...cells]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] as string).length)))
  const lines = table.map((row) =>
    // Numbers stand at the right.
    row
      .map((cell, column) =>
        column === 3 ? cell.padStart(widths[3] as number) : cell.padEnd(widths[column] as number),
      )
      .join('  '),
  )
  const rule = '─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2))
  const totals = `${formatCount(trained + notTrained)} parameters, ${formatCount(trained)} trained, ${formatCount(notTrained)} not trained`
  return [lines[0], rule, ...lines.slice(1), rule, totals].join('\n')
}

function describe({ path, layer, params, output }: LayerCall, calls: readonly LayerCall[]): LayerRow {
  const hasParts = calls.some((other) => other.path.startsWith(`${path}.`))
  return {
    path,
    name: hasParts ? layer.name.replace(/\(.*$/s, '') : layer.name,
    depth: path.split('.').length - 1,
    outputShape: output.shape.slice(1),
    parameters: countNumbers(params),
  }
}

/** All numbers in a tree of parameters, trained or not. */
function countNumbers(params: Params): number {
  return flattenTree<TensorType>(params).leaves.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
}

function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}
