// Strided views: ndarrays over memory that is bound only when a program runs.
//
// A view is prepared once, while a graph is compiled. What it looks at may change from run to run (inputs, outputs)
// or from step to step (inside a scan), so kernels read `view.data` and `view.offset` anew at each run; shapes and
// strides never change.
import ndarray, { type NdArray } from 'ndarray'
import type { HostData, Precision } from '../../host/host-array.ts'
import { contiguousStrides, type DType, type Shape, sizeOf, type TensorType } from '../../trace/types.ts'

/** An ndarray of numbers, 0 or 1 for bool. */
export type View = NdArray<HostData>

/** A view with explicit strides, in elements. */
export function makeView(data: HostData, shape: Shape, strides: readonly number[], offset = 0): View {
  return ndarray(data, [...shape], [...strides], offset)
}

/** Whether the elements of a view follow each other in row-major order without gaps. */
export function isContiguous(view: View): boolean {
  const strides = contiguousStrides(view.shape)
  return view.shape.includes(0) || view.shape.every((length, axis) => length < 2 || view.stride[axis] === strides[axis])
}

const float32 = new Float32Array(0)
const float64 = new Float64Array(0)
const int32 = new Int32Array(0)
const bool = new Uint8Array(0)

/** What memory is bound to while nothing else is there. */
function emptyArray(dtype: DType, precision: Precision): HostData {
  if (dtype === 'float32') return precision === 'double' ? float64 : float32
  return dtype === 'int32' ? int32 : bool
}

/** A piece of memory and all the views that look at it. Binding it to an array moves them all. */
export class Memory {
  readonly type: TensorType
  readonly precision: Precision
  /** Number of elements. */
  readonly size: number
  readonly #empty: HostData
  readonly #views: View[] = []
  readonly #starts: number[] = []
  #data: HostData

  constructor(type: TensorType, precision: Precision) {
    this.precision = precision
    this.type = type
    this.size = sizeOf(type.shape)
    this.#empty = emptyArray(type.dtype, precision)
    this.#data = this.#empty
  }

  get bytesPerElement(): number {
    return this.#empty.BYTES_PER_ELEMENT
  }

  /** What it is bound to at present. */
  get data(): HostData {
    return this.#data
  }

  /** A new view, whose offset counts from wherever the memory will be bound. */
  view(shape: Shape, strides: readonly number[], offset = 0): View {
    return this.adopt(makeView(this.#empty, shape, strides, offset))
  }

  /** Takes over a view that was derived from another view of this memory before anything was bound. */
  adopt(view: View): View {
    this.#views.push(view)
    this.#starts.push(view.offset)
    return view
  }

  /** Whether a view covers all of this memory in order. To be asked while a program is built: offsets still count from 0. */
  isCoveredBy(view: View): boolean {
    return view.size === this.size && view.offset === 0 && isContiguous(view)
  }

  /** Points all views at the numbers that start at `offset` in `data`. */
  bind(data: HostData, offset = 0): void {
    this.#data = data
    const views = this.#views
    const starts = this.#starts
    for (let i = 0; i < views.length; i++) {
      const view = views[i] as View
      view.data = data
      view.offset = offset + (starts[i] as number)
    }
  }

  /** Lets go of the array, which may then be collected. */
  unbind(): void {
    this.bind(this.#empty)
  }
}
