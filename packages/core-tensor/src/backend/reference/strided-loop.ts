// Loops over several strided views at once: merged into as few axes as possible, with one long inner run.
import type { Shape } from '../../trace/types.ts'

/** An inner run shorter than this gives its place to the longest axis. */
const shortRun = 16

/** A nest of loops: the outer axes are walked by an odometer, the inner one by a kernel. */
export interface LoopPlan {
  /** Sizes of the outer axes. */
  readonly outer: readonly number[]
  /** For each operand: its strides along the outer axes. */
  readonly outerStrides: readonly (readonly number[])[]
  /** Length of the inner run; 0 if there is nothing to do. */
  readonly count: number
  /** For each operand: its stride along the inner run. */
  readonly innerStrides: readonly number[]
  /** The odometer: working memory of the walk. */
  readonly position: number[]
}

/** Plans a loop over all places of `shape`, in any order, for operands with these strides. */
export function planLoop(shape: Shape, operands: readonly (readonly number[])[]): LoopPlan {
  if (shape.includes(0)) {
    const none = operands.map(() => 0)
    return { outer: [], outerStrides: operands.map(() => []), count: 0, innerStrides: none, position: [] }
  }
  let axes: { size: number; strides: number[] }[] = []
  shape.forEach((size, axis) => {
    if (size === 1) return
    const strides = operands.map((operand) => operand[axis] as number)
    const last = axes.at(-1)
    // Two axes are one if a step along the outer is a whole walk along the inner, for every operand.
    if (last?.strides.every((stride, i) => stride === (strides[i] as number) * size)) {
      last.size *= size
      last.strides = strides
    } else {
      axes.push({ size, strides })
    }
  })
  let inner = axes.at(-1) ?? { size: 1, strides: operands.map(() => 0) }
  if (inner.size < shortRun) inner = axes.reduce((longest, axis) => (axis.size > longest.size ? axis : longest), inner)
  axes = axes.filter((axis) => axis !== inner)
  return {
    outer: axes.map((axis) => axis.size),
    outerStrides: operands.map((_, i) => axes.map((axis) => axis.strides[i] as number)),
    count: inner.size,
    innerStrides: inner.strides,
    position: axes.map(() => 0),
  }
}

/**
 * Calls `visit` once for each inner run of a plan. `offsets` holds where each operand starts; during a visit it holds
 * where the operand's present run starts.
 */
export function walkLoop(plan: LoopPlan, offsets: number[], visit: () => void): void {
  if (plan.count === 0) return
  const { outer, outerStrides, position } = plan
  const rank = outer.length
  if (rank === 0) {
    visit()
    return
  }
  position.fill(0)
  for (;;) {
    visit()
    let axis = rank - 1
    for (; axis >= 0; axis--) {
      const next = (position[axis] as number) + 1
      const wraps = next === outer[axis]
      position[axis] = wraps ? 0 : next
      for (let i = 0; i < offsets.length; i++) {
        const stride = (outerStrides[i] as readonly number[])[axis] as number
        offsets[i] = (offsets[i] as number) + (wraps ? -(next - 1) * stride : stride)
      }
      if (!wraps) break
    }
    if (axis < 0) return
  }
}
