// Movement: the same numbers seen in another way (free), or put into new places (pad, concat).
import type { PrimitiveAttributes } from '../../trace/node.ts'
import { contiguousStrides } from '../../trace/types.ts'
import { prepareCopy } from './elementwise.ts'
import { type ComputeRule, type Run, type ViewRule, viewAt } from './kernel.ts'
import { isContiguous, makeView, type View } from './view.ts'

type FreeMovement = 'reshape' | 'permute' | 'broadcast' | 'slice' | 'flip' | 'stopGradient'

export const viewRules: { readonly [P in FreeMovement]: ViewRule<P> } = {
  reshape: {
    kind: 'view',
    view: (input, { shape }) => {
      const strides = isContiguous(input) ? contiguousStrides(shape) : reshapeStrides(input, shape)
      return strides && makeView(input.data, shape, strides, input.offset)
    },
  },
  permute: { kind: 'view', view: (input, { axes }) => input.transpose(...axes) },
  broadcast: {
    kind: 'view',
    view: (input, { shape }) => {
      const strides = shape.map((size, axis) => (input.shape[axis] === size ? (input.stride[axis] as number) : 0))
      return makeView(input.data, shape, strides, input.offset)
    },
  },
  slice: {
    kind: 'view',
    view: (input, { start, size, stride }) =>
      input
        .lo(...start)
        .step(...stride)
        .hi(...size),
  },
  flip: {
    kind: 'view',
    view: (input, { axes }) => input.step(...input.shape.map((_, axis) => (axes.includes(axis) ? -1 : 1))),
  },
  stopGradient: { kind: 'view', view: (input) => makeView(input.data, input.shape, input.stride, input.offset) },
}

/** Strides of a strided view in a shape that only adds or drops axes of size 1, or nothing for any other shape. */
function reshapeStrides(input: View, shape: readonly number[]): number[] | undefined {
  const long = input.shape.flatMap((size, axis) => (size === 1 ? [] : [axis]))
  let next = 0
  const strides: number[] = []
  for (const size of shape) {
    if (size === 1) {
      strides.push(0)
      continue
    }
    const axis = long[next++]
    if (axis === undefined || input.shape[axis] !== size) return undefined
    strides.push(input.stride[axis] as number)
  }
  return next === long.length ? strides : undefined
}

/** A view of the places `start + t · stride` of `out`, whose memory need not be bound yet: it follows `out`. */
function preparePlace(
  part: View,
  out: View,
  shape: readonly number[],
  start: readonly number[],
  stride: readonly number[],
): Run {
  const strides = out.stride.map((step, axis) => step * (stride[axis] as number))
  const shift = out.stride.reduce((sum, step, axis) => sum + step * (start[axis] as number), 0)
  const place = makeView(out.data, shape, strides)
  const copy = prepareCopy(part, place)
  return () => {
    place.data = out.data
    place.offset = out.offset + shift
    copy()
  }
}

const placement = { kind: 'compute', needsContiguous: false, inPlace: false } as const

export const placingRules: { readonly [P in 'pad' | 'concat']: ComputeRule<P> } = {
  pad: {
    ...placement,
    prepare: (inputs, out, { before, interior, value }: PrimitiveAttributes['pad']) => {
      const input = viewAt(inputs, 0)
      const stride = interior.map((gap) => gap + 1)
      const place = preparePlace(input, out, input.shape, before, stride)
      const fill = out.dtype === 'uint8' ? Number(value !== 0) : value
      return () => {
        out.data.fill(fill, out.offset, out.offset + out.size)
        place()
      }
    },
  },
  concat: {
    ...placement,
    prepare: (inputs, out, { axis }: PrimitiveAttributes['concat']) => {
      const ones = out.shape.map(() => 1)
      let position = 0
      const places = inputs.map((input) => {
        const start = out.shape.map((_, other) => (other === axis ? position : 0))
        position += input.shape[axis] as number
        return preparePlace(input, out, input.shape, start, ones)
      })
      return () => {
        for (const place of places) place()
      }
    },
  },
}
