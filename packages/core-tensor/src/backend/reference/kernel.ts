// What a kernel is: a primitive made ready for fixed shapes and strides.
import { allocate, type HostData, type Precision } from '../../host/host-array.ts'
import type { Primitive, PrimitiveAttributes } from '../../trace/node.ts'
import type { View } from './view.ts'

/** Computes once, from and to whatever the views are bound to. */
export type Run = () => void

/** Working memory that all kernels of a program share, because only one of them runs at a time. */
export class Scratch {
  readonly #precision: Precision
  /** Panels of matrices, and rows of running sums: always 64 bits. */
  packed: Float64Array = new Float64Array(0)
  /** Image patches laid out as a matrix. */
  columns: HostData

  constructor(precision: Precision) {
    this.#precision = precision
    this.columns = allocate('float32', 0, precision)
  }

  get bytes(): number {
    return this.packed.byteLength + this.columns.byteLength
  }

  /** Makes room for at least this many numbers. Called while kernels are prepared; they read the arrays when they run. */
  reserve(packed: number, columns = 0): void {
    if (packed > this.packed.length) this.packed = new Float64Array(packed)
    if (columns > this.columns.length) this.columns = allocate('float32', columns, this.#precision)
  }
}

/** Readies a primitive: strides are looked at now, numbers when the result runs. `out` is contiguous. */
export type PrepareKernel<P extends Primitive> = (
  inputs: readonly View[],
  out: View,
  attributes: PrimitiveAttributes[P],
  scratch: Scratch,
) => Run

/** A primitive that computes. */
export interface ComputeRule<P extends Primitive> {
  readonly kind: 'compute'
  readonly prepare: PrepareKernel<P>
  /** Inputs must be contiguous; others are copied first. */
  readonly needsContiguous: boolean
  /** May write its result over an input that nobody needs any more. */
  readonly inPlace: boolean
}

/** A primitive that only looks at the same numbers in another way. */
export interface ViewRule<P extends Primitive> {
  readonly kind: 'view'
  /** The new view, or nothing if the input must be made contiguous first. */
  readonly view: (input: View, attributes: PrimitiveAttributes[P]) => View | undefined
}

/** Scan: a program of its own, run once for each step. */
export interface ScanRule {
  readonly kind: 'scan'
}

/** What the interpreter knows about each primitive. */
export type ReferenceRule<P extends Primitive> = ComputeRule<P> | ViewRule<P> | ScanRule

/** The input view at a position; the builder of the node has checked how many there are. */
export function viewAt(inputs: readonly View[], position: number): View {
  const view = inputs[position]
  if (!view) throw new RangeError(`A kernel asked for input ${position} of ${inputs.length}`)
  return view
}
