// Reductions over any axes of strided inputs. Sums are kept in 64 bits.
//
// Where the numbers to be reduced lie closest together, each result is one run after another; where the results lie
// closest together (sums over a batch), whole rows of results grow side by side, which reads memory in order.
import type { HostData } from '../../host/host-array.ts'
import type { PrimitiveAttributes } from '../../trace/node.ts'
import { type ComputeRule, type Run, type Scratch, viewAt } from './kernel.ts'
import { type LoopPlan, planLoop, walkLoop } from './strided-loop.ts'
import type { View } from './view.ts'

/** How numbers become one. */
interface Reduction {
  readonly initial: number
  /** Takes `n` numbers into a running result. */
  readonly run: (result: number, n: number, a: HostData, i: number, is: number) => number
  /** Takes one number into each of `n` running results. */
  readonly row: (results: Float64Array, n: number, a: HostData, i: number, is: number) => void
}

const sum: Reduction = {
  initial: 0,
  // Four sums side by side: fewer roundings in a row, and none waits for another.
  run: (result, n, a, i, is) => {
    let s0 = 0
    let s1 = 0
    let s2 = 0
    let s3 = 0
    for (; n >= 4; n -= 4, i += 4 * is) {
      s0 += a[i] as number
      s1 += a[i + is] as number
      s2 += a[i + 2 * is] as number
      s3 += a[i + 3 * is] as number
    }
    for (; n > 0; n--, i += is) s0 += a[i] as number
    return result + (s0 + s1 + (s2 + s3))
  },
  row: (results, n, a, i, is) => {
    for (let t = 0; t < n; t++, i += is) results[t] = (results[t] as number) + (a[i] as number)
  },
}

/** int32: wraps to 32 bits. */
const integerSum: Reduction = {
  initial: 0,
  run: (result, n, a, i, is) => {
    for (; n > 0; n--, i += is) result = (result + (a[i] as number)) | 0
    return result
  },
  row: (results, n, a, i, is) => {
    for (let t = 0; t < n; t++, i += is) results[t] = ((results[t] as number) + (a[i] as number)) | 0
  },
}

/** Math.max passes NaN on. */
const maximum: Reduction = {
  initial: Number.NEGATIVE_INFINITY,
  run: (result, n, a, i, is) => {
    for (; n > 0; n--, i += is) result = Math.max(result, a[i] as number)
    return result
  },
  row: (results, n, a, i, is) => {
    for (let t = 0; t < n; t++, i += is) results[t] = Math.max(results[t] as number, a[i] as number)
  },
}

function prepareReduction(
  reduction: Reduction,
  input: View,
  out: View,
  axes: readonly number[],
  scratch: Scratch,
): Run {
  const isKept = (_: unknown, axis: number): boolean => !axes.includes(axis)
  const keptStrides = input.stride.filter(isKept)
  const kept = planLoop(out.shape, [out.stride, keptStrides])
  const reduced = planLoop(
    axes.map((axis) => input.shape[axis] as number),
    [axes.map((axis) => input.stride[axis] as number)],
  )
  const keptStride = Math.abs(kept.innerStrides[1] as number)
  const reducedStride = Math.abs(reduced.innerStrides[0] as number)
  const byRows = kept.count >= 4 && keptStride !== 0 && (keptStride < reducedStride || reduced.count < 4)
  if (byRows) scratch.reserve(kept.count)
  return byRows ? runRows(reduction, input, out, kept, reduced, scratch) : runRuns(reduction, input, out, kept, reduced)
}

/** Each result on its own. */
function runRuns(reduction: Reduction, input: View, out: View, kept: LoopPlan, reduced: LoopPlan): Run {
  const [outStride, keptStride] = kept.innerStrides as [number, number]
  const stride = reduced.innerStrides[0] as number
  const at = [0, 0]
  const from = [0]
  let result = 0
  const takeRun = (): void => {
    result = reduction.run(result, reduced.count, input.data, from[0] as number, stride)
  }
  const visit = (): void => {
    for (let t = 0; t < kept.count; t++) {
      result = reduction.initial
      from[0] = (at[1] as number) + t * keptStride
      walkLoop(reduced, from, takeRun)
      out.data[(at[0] as number) + t * outStride] = result
    }
  }
  return () => {
    at[0] = out.offset
    at[1] = input.offset
    walkLoop(kept, at, visit)
  }
}

/** A row of results side by side. */
function runRows(
  reduction: Reduction,
  input: View,
  out: View,
  kept: LoopPlan,
  reduced: LoopPlan,
  scratch: Scratch,
): Run {
  const [outStride, keptStride] = kept.innerStrides as [number, number]
  const stride = reduced.innerStrides[0] as number
  const at = [0, 0]
  const from = [0]
  const takeRows = (): void => {
    const start = from[0] as number
    for (let t = 0; t < reduced.count; t++) {
      reduction.row(scratch.packed, kept.count, input.data, start + t * stride, keptStride)
    }
  }
  const visit = (): void => {
    const results = scratch.packed.fill(reduction.initial, 0, kept.count)
    from[0] = at[1] as number
    walkLoop(reduced, from, takeRows)
    let o = at[0] as number
    for (let t = 0; t < kept.count; t++, o += outStride) out.data[o] = results[t] as number
  }
  return () => {
    at[0] = out.offset
    at[1] = input.offset
    walkLoop(kept, at, visit)
  }
}

/** First largest number of each run; NaN counts as the largest. */
function prepareArgMax(input: View, out: View, axis: number): Run {
  const plan = planLoop(out.shape, [out.stride, input.stride.toSpliced(axis, 1)])
  const [outStride, keptStride] = plan.innerStrides as [number, number]
  const count = input.shape[axis] as number
  const stride = input.stride[axis] as number
  const at = [0, 0]
  const visit = (): void => {
    const a = input.data
    for (let t = 0; t < plan.count; t++) {
      let i = (at[1] as number) + t * keptStride
      let best = a[i] as number
      let place = 0
      for (let step = 1; step < count && !Number.isNaN(best); step++) {
        i += stride
        const number = a[i] as number
        if (number <= best) continue
        best = number
        place = step
      }
      out.data[(at[0] as number) + t * outStride] = place
    }
  }
  return () => {
    at[0] = out.offset
    at[1] = input.offset
    walkLoop(plan, at, visit)
  }
}

const placement = { kind: 'compute', needsContiguous: false, inPlace: false } as const

export const reductionRules: { readonly [P in 'sum' | 'maxReduce' | 'argMax']: ComputeRule<P> } = {
  sum: {
    ...placement,
    prepare: (inputs, out, { axes }: PrimitiveAttributes['sum'], scratch) =>
      prepareReduction(out.dtype === 'int32' ? integerSum : sum, viewAt(inputs, 0), out, axes, scratch),
  },
  maxReduce: {
    ...placement,
    prepare: (inputs, out, { axes }: PrimitiveAttributes['maxReduce'], scratch) =>
      prepareReduction(maximum, viewAt(inputs, 0), out, axes, scratch),
  },
  argMax: {
    ...placement,
    prepare: (inputs, out, { axis }: PrimitiveAttributes['argMax']) => prepareArgMax(viewAt(inputs, 0), out, axis),
  },
}
