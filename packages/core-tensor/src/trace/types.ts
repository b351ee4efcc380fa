// Element types and shapes: what is known of a tensor before any number is computed.

/** Element type. On the host: Float32Array, Int32Array, and Uint8Array (0 or 1) for bool. */
export type DType = 'float32' | 'int32' | 'bool'

/** Sizes of the axes, outermost first. A scalar has the shape []. */
export type Shape = readonly number[]

/** Shape and element type. */
export interface TensorType {
  readonly shape: Shape
  readonly dtype: DType
}

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (const length of shape) size *= length
  return size
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis])
}

/** Row-major strides of a contiguous array. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis] as number
  }
  return strides
}

/** `[2, 3]` for messages; `[]` is a scalar. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** `float32[2, 3]` for messages and printed graphs. */
export function formatType(type: TensorType): string {
  return `${type.dtype}${formatShape(type.shape)}`
}
