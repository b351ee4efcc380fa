// The intermediate representation: the closed list of primitives, the immutable nodes that tracing makes, and graphs.
import type { HostArray } from '../host/host-array.ts'
import type { DType, Shape, TensorType } from './types.ts'

/** A primitive that is told everything by its inputs. */
export type NoAttributes = Readonly<Record<never, never>>

/** How two numbers are compared. */
export type Comparison = 'equal' | 'notEqual' | 'less' | 'lessEqual' | 'greater' | 'greaterEqual'

/** Two numbers, for height and width. */
export type Pair = readonly [height: number, width: number]

/** Zero padding around an image. */
export interface ImagePadding {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

/** Geometry of a two-dimensional convolution. */
export interface ConvolutionAttributes {
  readonly stride: Pair
  readonly padding: ImagePadding
  readonly dilation: Pair
  readonly groups: number
}

/** Geometry of a pooling window. */
export interface PoolAttributes {
  readonly window: Pair
  readonly stride: Pair
  readonly padding: ImagePadding
}

/** Attributes per primitive. Adding a line here makes every rule table incomplete, which is a compile error. */
export interface PrimitiveAttributes {
  // Elementwise, one input.
  readonly neg: NoAttributes
  readonly exp: NoAttributes
  readonly log: NoAttributes
  readonly sqrt: NoAttributes
  readonly tanh: NoAttributes
  readonly sigmoid: NoAttributes
  readonly abs: NoAttributes
  /** −1, 0 or 1. */
  readonly sign: NoAttributes
  readonly floor: NoAttributes
  readonly sin: NoAttributes
  readonly cos: NoAttributes
  /** The identity, through which no gradient flows. */
  readonly stopGradient: NoAttributes
  readonly cast: { readonly dtype: DType }

  // Elementwise, inputs of equal shapes.
  readonly add: NoAttributes
  readonly sub: NoAttributes
  readonly mul: NoAttributes
  /** int32: truncates towards zero. */
  readonly div: NoAttributes
  /** bool: or. */
  readonly max: NoAttributes
  /** bool: and. */
  readonly min: NoAttributes
  readonly pow: NoAttributes
  /** Result bool. */
  readonly compare: { readonly comparison: Comparison }
  /** Inputs: bool condition, value if true, value if false. */
  readonly select: NoAttributes

  // Reductions; the reduced axes (sorted, distinct) disappear from the shape.
  readonly sum: { readonly axes: readonly number[] }
  readonly maxReduce: { readonly axes: readonly number[] }
  /** int32 index of the first largest element along the axis. */
  readonly argMax: { readonly axis: number }

  // Movement: index arithmetic only.
  readonly reshape: { readonly shape: Shape }
  /** Output axis i is input axis axes[i]. */
  readonly permute: { readonly axes: readonly number[] }
  /** Input of the same rank, whose axes of size 1 are repeated up to `shape`. */
  readonly broadcast: { readonly shape: Shape }
  /** Output element i along an axis is input element start + i · stride; stride ≥ 1. */
  readonly slice: { readonly start: readonly number[]; readonly size: Shape; readonly stride: readonly number[] }
  /** `interior` fill elements go between neighbours, `before` and `after` ≥ 0 around them. */
  readonly pad: {
    readonly before: readonly number[]
    readonly after: readonly number[]
    readonly interior: readonly number[]
    readonly value: number
  }
  readonly concat: { readonly axis: number }
  readonly flip: { readonly axes: readonly number[] }

  // Products. matmul: [...batch, m, k] × [...batch, k, n] → [...batch, m, n], batch axes equal.
  readonly matmul: NoAttributes
  /** Cross-correlation: [n, c, h, w] ⋆ [o, c / groups, kh, kw] → [n, o, h', w']. */
  readonly conv2d: ConvolutionAttributes
  /** Output gradient [n, o, h', w'], filter → input gradient [n, c, ...inputSize]. */
  readonly convInputGradient: ConvolutionAttributes & { readonly inputSize: Pair }
  /** Input, output gradient → filter gradient [o, c / groups, ...filterSize]. */
  readonly convFilterGradient: ConvolutionAttributes & { readonly filterSize: Pair }

  // Pooling over [n, c, h, w]. Padded places never win and are never counted.
  readonly maxPool: PoolAttributes
  /** Input, output gradient → input gradient: each goes to the first largest place (row by row) of its window. */
  readonly maxPoolGradient: PoolAttributes
  readonly avgPool: PoolAttributes
  /** Output gradient → input gradient [n, c, ...inputSize]. */
  readonly avgPoolGradient: PoolAttributes & { readonly inputSize: Pair }

  /** Values, int32 indices → values.shape with `axis` replaced by the indices' shape. Indices must be in range. */
  readonly gather: { readonly axis: number }
  /** Int32 indices, updates → zeros with axis `axis` of `size`, to which the updates are added: gather transposed. */
  readonly scatterAdd: { readonly axis: number; readonly size: number }

  /**
   * Inputs: key int32[2], offset int32[]. Element i is word (i & 1) of the Threefry-2x32 block with the
   * counter (offset, i >> 1). `bits`: int32. `uniform`: float32, (word >>> 8) · 2⁻²⁴.
   */
  readonly random: { readonly shape: Shape; readonly kind: 'bits' | 'uniform' }

  /**
   * Runs `body` `length` times. Inputs: initial carries, sequences (leading axis `length`), constants.
   * Body inputs: carries, one step of each sequence, constants. Body outputs: next carries, one step of each
   * result. Outputs: last carries, stacked results. `reverse` walks the sequences and results from the end.
   */
  readonly scan: {
    readonly length: number
    readonly body: Graph
    readonly carries: number
    readonly sequences: number
    readonly reverse: boolean
  }
}

/** Name of a primitive. */
export type Primitive = keyof PrimitiveAttributes

/** What a node can be besides a primitive: a leaf, or one of the several results of a scan. */
export interface StructuralAttributes {
  readonly input: { readonly name: string }
  readonly constant: { readonly value: HostArray }
  readonly item: { readonly index: number }
}

/** Everything that can stand at a node. */
export type Operation = Primitive | keyof StructuralAttributes

/** Attributes per operation. */
export type AttributesOf = PrimitiveAttributes & StructuralAttributes

/** A node of one operation. */
export interface NodeOf<O extends Operation> {
  readonly operation: O
  readonly inputs: readonly Node[]
  readonly attributes: AttributesOf[O]
  /** Shape of the (first) result. */
  readonly shape: Shape
  /** Element type of the (first) result. */
  readonly dtype: DType
  /** All results: one, except for a scan, whose results are taken by `item` nodes. */
  readonly results: readonly TensorType[]
  /** Where it was built, recorded in debug mode only. */
  readonly origin?: Error
}

/** A node: discriminated by `operation`, which fixes the type of `attributes`. */
export type Node = { [O in Operation]: NodeOf<O> }[Operation]

/** A computation: every node that the outputs need, each after its inputs, and nothing twice. */
export interface Graph {
  /** Inputs in calling order, also those that nothing uses. */
  readonly inputs: readonly NodeOf<'input'>[]
  readonly outputs: readonly Node[]
  /** Topological order, inputs first. */
  readonly nodes: readonly Node[]
}
