// What a conformance case is: a graph, inputs, and how exact its results must be.
import {
  type DType,
  type Graph,
  type HostArray,
  HostRandom,
  makeGraph,
  makeInput,
  makeItem,
  makeNode,
  type Node,
  type NodeOf,
  type Primitive,
  type PrimitiveAttributes,
  type Shape,
  sizeOf,
} from '@deep-recipe/core-tensor'
import type { OperationClass } from './tolerances.ts'

/** A graph with the values to run it on. */
export interface Sample {
  readonly graph: Graph
  readonly inputs: readonly HostArray[]
}

/** One thing that every backend must compute as the reference does. */
export interface ConformanceCase {
  readonly name: string
  /** Which row of the tolerance table holds. */
  readonly operationClass: OperationClass
  /** Whether −0 must stay apart from 0. */
  readonly signedZeros: boolean
  readonly build: () => Sample
}

/** Gives the number at a position of an input. */
export type Fill = (position: number, random: HostRandom) => number

/** Draws from the normal distribution. */
export const normal: Fill = (_, random) => random.normal()

/** Between 0.5 and 2.5: safe to divide by and to take logarithms of. */
export const positive: Fill = (_, random) => 0.5 + 2 * random.uniform()

/** 0 or 1. */
export const coin: Fill = (_, random) => random.integer(2)

/** Whole numbers in [low, high). */
export function whole(low: number, high: number): Fill {
  return (_, random) => low + random.integer(high - low)
}

/** The given numbers, again and again. */
export function cycle(numbers: readonly number[]): Fill {
  return (position) => numbers[position % numbers.length] as number
}

/** Builds the graph of a case and collects its inputs. */
export class CaseBuilder {
  readonly inputs: NodeOf<'input'>[] = []
  readonly values: HostArray[] = []
  readonly #random: HostRandom

  constructor(seed: number) {
    this.#random = new HostRandom(seed)
  }

  /** A new input. */
  input(shape: Shape, fill: Fill = normal, dtype: DType = 'float32'): Node {
    const numbers = Array.from({ length: sizeOf(shape) }, (_, position) => fill(position, this.#random))
    const data =
      dtype === 'float32'
        ? Float32Array.from(numbers)
        : dtype === 'int32'
          ? Int32Array.from(numbers)
          : Uint8Array.from(numbers)
    const node = makeInput(`input${this.inputs.length + 1}`, { shape, dtype })
    this.inputs.push(node)
    this.values.push({ shape, dtype, data })
    return node
  }

  /** A new input that reaches its reader transposed, cut out of something larger, and reversed along its last axis. */
  stridedInput(shape: Shape, fill: Fill = normal, dtype: DType = 'float32'): Node {
    const axes = shape.map((_, axis) => shape.length - 1 - axis)
    const stored = [...shape].reverse().map((size) => 2 * size + 1)
    const transposed = makeNode('permute', [this.input(stored, fill, dtype)], { axes })
    const start = shape.map(() => 1)
    const slice = makeNode('slice', [transposed], { start, size: shape, stride: shape.map(() => 2) })
    return shape.length > 0 ? makeNode('flip', [slice], { axes: [shape.length - 1] }) : slice
  }
}

/** A node of a primitive, for short. */
export function apply<P extends Primitive>(operation: P, attributes: PrimitiveAttributes[P], ...inputs: Node[]): Node {
  return makeNode(operation, inputs, attributes)
}

/** All results of a scan. */
export function applyScan(attributes: PrimitiveAttributes['scan'], ...inputs: Node[]): Node[] {
  const scan = makeNode('scan', inputs, attributes)
  return scan.results.map((_, index) => makeItem(scan, index))
}

/** Describes a case; the graph is built when the test runs. */
export function defineCase(
  name: string,
  operationClass: OperationClass,
  build: (builder: CaseBuilder) => Node | readonly Node[],
  options: { readonly signedZeros?: boolean } = {},
): ConformanceCase {
  return {
    name,
    operationClass,
    signedZeros: options.signedZeros ?? false,
    build: () => {
      const builder = new CaseBuilder(name.length)
      const built = build(builder)
      const outputs = Array.isArray(built) ? (built as readonly Node[]) : [built as Node]
      return { graph: makeGraph(builder.inputs, outputs), inputs: builder.values }
    },
  }
}

/** Shapes that break kernels: nothing, one, odd rows, rows longer than a texel, many axes, many rows. */
export const adversarialShapes: readonly Shape[] = [
  [],
  [1],
  [7],
  [3, 5],
  [2, 13],
  [37, 29],
  [2, 1, 3, 1, 2, 5],
  [3, 0, 2],
]
