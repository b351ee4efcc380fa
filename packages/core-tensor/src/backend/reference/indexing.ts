// Gather and its transpose, scatterAdd: whole rows move, addressed by numbers that are checked.
import { ValueError } from '../../errors.ts'
import type { PrimitiveAttributes } from '../../trace/node.ts'
import { sizeOf } from '../../trace/types.ts'
import { type ComputeRule, type Run, viewAt } from './kernel.ts'
import type { View } from './view.ts'

function checkIndex(what: string, index: number, place: number, size: number): void {
  if (index >= 0 && index < size) return
  throw new ValueError({
    what: `${what}: index number ${place}`,
    expected: size > 0 ? `0 … ${size - 1}, for an axis of size ${size}` : 'none, for an axis of size 0',
    received: String(index),
    remedy: 'Mask or clip the indices, or make the axis larger.',
  })
}

/** Values as [outer, size, inner], output as [outer, indices, inner]. */
function prepareGather(values: View, indices: View, out: View, axis: number): Run {
  const outer = sizeOf(values.shape.slice(0, axis))
  const inner = sizeOf(values.shape.slice(axis + 1))
  const size = values.shape[axis] as number
  const count = indices.size
  return () => {
    const from = values.data
    const to = out.data
    for (let i = 0; i < count; i++) {
      const index = indices.data[indices.offset + i] as number
      checkIndex('gather', index, i, size)
      for (let part = 0; part < outer; part++) {
        const source = values.offset + (part * size + index) * inner
        const target = out.offset + (part * count + i) * inner
        for (let t = 0; t < inner; t++) to[target + t] = from[source + t] as number
      }
    }
  }
}

/** Updates as [outer, indices, inner], output as [outer, size, inner]. */
function prepareScatterAdd(indices: View, updates: View, out: View, axis: number): Run {
  const outer = sizeOf(out.shape.slice(0, axis))
  const inner = sizeOf(out.shape.slice(axis + 1))
  const size = out.shape[axis] as number
  const count = indices.size
  return () => {
    const from = updates.data
    const to = out.data
    to.fill(0, out.offset, out.offset + out.size)
    for (let i = 0; i < count; i++) {
      const index = indices.data[indices.offset + i] as number
      checkIndex('scatterAdd', index, i, size)
      for (let part = 0; part < outer; part++) {
        const source = updates.offset + (part * count + i) * inner
        const target = out.offset + (part * size + index) * inner
        for (let t = 0; t < inner; t++) to[target + t] = (to[target + t] as number) + (from[source + t] as number)
      }
    }
  }
}

const placement = { kind: 'compute', needsContiguous: true, inPlace: false } as const

export const indexingRules: { readonly [P in 'gather' | 'scatterAdd']: ComputeRule<P> } = {
  gather: {
    ...placement,
    prepare: (inputs, out, { axis }: PrimitiveAttributes['gather']) =>
      prepareGather(viewAt(inputs, 0), viewAt(inputs, 1), out, axis),
  },
  scatterAdd: {
    ...placement,
    prepare: (inputs, out, { axis }: PrimitiveAttributes['scatterAdd']) =>
      prepareScatterAdd(viewAt(inputs, 0), viewAt(inputs, 1), out, axis),
  },
}
