// The tolerance table: how far each backend may be from the double-precision reference, by class of operation.

/** Operations that lose precision in the same way. */
export type OperationClass =
  /** Integers, booleans, movement, comparisons, choices: the very same numbers. */
  | 'exact'
  /** One rounding (+ − ×) or a few (÷ √). */
  | 'arithmetic'
  /** exp, log, tanh, sigmoid, sin, cos, pow. */
  | 'transcendental'
  /** Sums of many terms: sum, matmul, convolutions, average pooling, scatterAdd. */
  | 'accumulation'
  /** Random graphs, gradients and scans: errors of all kinds that pass through each other. */
  | 'composition'

/** The allowed error of a number x of a tensor X is relative · |x| + ofLargest · max |X|. */
export interface Tolerance {
  readonly relative: number
  readonly ofLargest: number
}

/** Half the distance of two neighbours in float32, relative to them. */
const rounding = 2 ** -24

const exact: Tolerance = { relative: 0, ofLargest: 0 }

/** Per backend; `fallback` is for backends that have no row yet. */
export const tolerances: Readonly<Record<string, Readonly<Record<OperationClass, Tolerance>>>> = {
  // Computes in 64 bits and rounds each result once; matrix products round once per 256 terms.
  reference: {
    exact,
    arithmetic: { relative: rounding, ofLargest: 0 },
    transcendental: { relative: rounding, ofLargest: 0 },
    accumulation: { relative: rounding, ofLargest: 2 * rounding },
    composition: { relative: 1e-5, ofLargest: 1e-5 },
  },
  // Sums in 32 bits, in whatever order vector units and threads give.
  onnx: {
    exact,
    arithmetic: { relative: 2 * rounding, ofLargest: 0 },
    transcendental: { relative: 2e-6, ofLargest: 1e-6 },
    accumulation: { relative: 1e-5, ofLargest: 1e-5 },
    composition: { relative: 1e-4, ofLargest: 1e-4 },
  },
  // Division and square root may be a step off; exp, log and their like are the package's own, in 32 bits; sums as above.
  gl: {
    exact,
    arithmetic: { relative: 2 * rounding, ofLargest: 0 },
    transcendental: { relative: 1e-6, ofLargest: 0 },
    accumulation: { relative: 2e-6, ofLargest: 2e-6 },
    composition: { relative: 2e-5, ofLargest: 2e-5 },
  },
  fallback: {
    exact,
    arithmetic: { relative: 4 * rounding, ofLargest: 0 },
    transcendental: { relative: 2e-5, ofLargest: 2e-6 },
    accumulation: { relative: 1e-5, ofLargest: 1e-5 },
    composition: { relative: 2e-4, ofLargest: 2e-4 },
  },
}

/** The row and column of the table for a backend and a class. */
export function toleranceOf(backend: string, operationClass: OperationClass): Tolerance {
  const row = tolerances[backend] ?? (tolerances.fallback as (typeof tolerances)[string])
  return row[operationClass]
}
