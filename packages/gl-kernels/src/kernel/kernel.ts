// Kernels and plans: what the planner makes of a graph and the executable runs. Plain data, printable without a device.
import type { DType, HostArray } from '@deep-recipe/core-tensor'
import type { Condition, Expression } from './expression.ts'
import type { Layout } from './layout.ts'

/** A value in a texture. */
export interface Buffer {
  readonly id: number
  readonly dtype: DType
  readonly layout: Layout
  /** Where its texture comes from. */
  readonly role: BufferRole
  /** It has no texture of its own, but lies in some rows of another buffer's. */
  readonly part?: BufferPart
}

/** Where a buffer lies that shares a texture with its siblings: a sheet, as wide as each of them. */
export interface BufferPart {
  readonly sheet: number
  /** Its first row in the sheet. */
  readonly row: number
}

/** Inputs and outputs belong to the caller, constants are uploaded once, all others are the executable's own. */
export type BufferRole =
  | { readonly kind: 'input'; readonly position: number }
  | { readonly kind: 'output' }
  | { readonly kind: 'constant'; readonly value: HostArray }
  | { readonly kind: 'temporary' }
  /** A name that stands for another buffer in each step of a loop. */
  | { readonly kind: 'alias' }

/** An axis that a reduction runs over. */
export interface ReductionAxis {
  readonly variable: string
  readonly size: number
}

/** Many values into one: at most one of these per kernel. */
export interface Reduction {
  readonly kind: 'sum' | 'max' | 'argMax'
  readonly axes: readonly ReductionAxis[]
  /** One summand or candidate, as a function of the axes' variables. */
  readonly body: Expression
  /** Candidates of an argMax that count; others are passed over. */
  readonly conditions: readonly Condition[]
}

/** One draw: an expression over the elements of `output`, around at most one reduction. */
export interface Kernel {
  /** What it came from, e.g. `conv2d→max`. */
  readonly label: string
  readonly output: number
  /** Layout of what it writes: that of the output, or of one slice of it. */
  readonly layout: Layout
  /** Depth of the loop whose step says which slice of a stacked result it writes; −1: it writes the whole. */
  readonly slice: number
  /** In terms of the variables x, y (texel), rowR (y − R), lane (element of the texel), step0… (loops). */
  readonly expression: Expression
  readonly reduction: Reduction | undefined
}

/** A kernel, or a loop over kernels. */
export type PlanStep =
  | { readonly kind: 'kernel'; readonly kernel: Kernel }
  | { readonly kind: 'loop'; readonly loop: PlanLoop }

/** The steps of a scan. */
export interface PlanLoop {
  readonly length: number
  readonly reverse: boolean
  /** The step is the uniform `step{depth}`. */
  readonly depth: number
  readonly carries: readonly Carry[]
  readonly steps: readonly PlanStep[]
}

/**
 * A carry alternates between two textures: step s writes `first` when s is even and `second` when it is odd, under the
 * name `target`; it reads what the step before wrote, and `initial` at first, under the name `current`.
 */
export interface Carry {
  readonly initial: number
  readonly current: number
  readonly target: number
  readonly first: number
  readonly second: number
}

/** A whole graph. */
export interface Plan {
  readonly buffers: readonly Buffer[]
  readonly steps: readonly PlanStep[]
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

/** The buffer whose texture holds a buffer, and at which row: itself, unless it is part of a sheet. */
export function placeOfBuffer(buffers: readonly Buffer[], id: number): BufferPart {
  return buffers[id]?.part ?? { sheet: id, row: 0 }
}

/** Whether a buffer may lie anywhere in a texture of any height, so that kernels are told where when they run. */
export function isMovable({ role }: Pick<Buffer, 'role'>): boolean {
  return role.kind === 'input' || role.kind === 'alias'
}

/** Kernels that a run starts: those of a loop count once per step. */
export function countKernels(steps: readonly PlanStep[]): number {
  let count = 0
  for (const step of steps) count += step.kind === 'kernel' ? 1 : step.loop.length * countKernels(step.loop.steps)
  return count
}

/** Every kernel once, in order. */
export function listKernels(steps: readonly PlanStep[]): Kernel[] {
  return steps.flatMap((step) => (step.kind === 'kernel' ? [step.kernel] : listKernels(step.loop.steps)))
}
