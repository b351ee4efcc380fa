// Comparing a backend's result with the reference's, number by number.
import { formatShape, formatType, type HostArray } from '@deep-recipe/core-tensor'
import type { Tolerance } from './tolerances.ts'

/** Below this, a backend may give 0: numbers with fewer than 24 bits. */
const smallestNormal = 2 ** -126

/** How to compare. */
export interface Comparison {
  readonly tolerance: Tolerance
  readonly signedZeros: boolean
  /** Added to the allowed error, e.g. what single precision costs in any case. */
  readonly slack?: number
}

/** What differs, in one line, or nothing. */
export function describeDifference(expected: HostArray, received: HostArray, options: Comparison): string | undefined {
  if (formatType(expected) !== formatType(received)) {
    return `expected ${formatType(expected)}, received ${formatType(received)}`
  }
  if (expected.data.length !== received.data.length) {
    return `expected ${expected.data.length} numbers, received ${received.data.length}`
  }
  const allowed = makeAllowance(expected, options)
  let wrong = 0
  let first: string | undefined
  for (let i = 0; i < expected.data.length; i++) {
    const [wanted, came] = [expected.data[i] as number, received.data[i] as number]
    if (agree(wanted, came, allowed(wanted), options.signedZeros)) continue
    wrong++
    first ??= `${show(came)} instead of ${show(wanted)} at ${formatShape(unravel(i, expected.shape))}`
  }
  if (first === undefined) return undefined
  return `${first}; ${wrong} of ${expected.data.length} numbers of ${formatType(expected)} differ`
}

function makeAllowance(expected: HostArray, { tolerance, slack = 0 }: Comparison): (wanted: number) => number {
  if (expected.dtype !== 'float32') return () => 0
  if (tolerance.relative === 0 && tolerance.ofLargest === 0 && slack === 0) return () => 0
  const largest = largestFinite(expected)
  const fixed = tolerance.ofLargest * largest + slack + smallestNormal
  return (wanted) => tolerance.relative * Math.abs(wanted) + fixed
}

function agree(wanted: number, came: number, allowed: number, signedZeros: boolean): boolean {
  if (Object.is(wanted, came)) return true
  if (wanted === came) return !signedZeros
  // A number that is no float32 rounds to its neighbour or, beyond the largest of them, to infinity.
  if (Object.is(Math.fround(wanted), came)) return true
  return Number.isFinite(wanted) && Math.abs(wanted - came) <= allowed
}

/** Largest magnitude of the finite numbers. */
export function largestFinite({ data }: HostArray): number {
  let largest = 0
  for (const number of data) if (Number.isFinite(number)) largest = Math.max(largest, Math.abs(number))
  return largest
}

/** Largest distance of two tensors where both are finite. */
export function largestDistance(a: HostArray, b: HostArray): number {
  let largest = 0
  a.data.forEach((number: number, i: number) => {
    const distance = Math.abs(number - (b.data[i] as number))
    if (Number.isFinite(distance)) largest = Math.max(largest, distance)
  })
  return largest
}

function show(number: number): string {
  return Object.is(number, -0) ? '-0' : String(number)
}

function unravel(position: number, shape: readonly number[]): number[] {
  let rest = position
  return shape
    .toReversed()
    .map((size) => {
      const index = rest % size
      rest = Math.floor(rest / size)
      return index
    })
    .reverse()
}
