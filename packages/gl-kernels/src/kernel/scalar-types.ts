// The types of scalar expressions and of the whole-number indices within them: each may hold the other.
import type { Comparison, DType } from '@deep-recipe/core-tensor'

/** constant + Σ coefficient · atom, with bounds. Two indices are equal exactly when their keys are. */
export interface Index {
  readonly terms: readonly Term[]
  readonly constant: number
  readonly min: number
  readonly max: number
  readonly key: string
}

/** One summand of an index. */
export interface Term {
  readonly coefficient: number
  readonly atom: Atom
}

/** What cannot be split further. Division rounds down; remainders are never negative. */
export type Atom =
  | {
      readonly kind: 'variable'
      readonly name: string
      readonly min: number
      readonly max: number
      readonly key: string
    }
  | {
      readonly kind: 'quotient' | 'remainder'
      readonly of: Index
      readonly by: number
      readonly min: number
      readonly max: number
      readonly key: string
    }
  | {
      readonly kind: 'value'
      readonly expression: Expression
      readonly min: number
      readonly max: number
      readonly key: string
    }

/** Elementwise operations inside a kernel: those of the graph, with `compare` and `cast` spelled out. */
export type ScalarOperation =
  | 'neg' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'sigmoid' | 'abs' | 'sign' | 'floor' | 'sin' | 'cos'
  | 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'pow' | 'select'
  | 'toFloat32' | 'toInt32' | 'toBool'
  | Comparison // biome-ignore format: a list reads best by kind

/** min ≤ index ≤ max. */
export interface Condition {
  readonly index: Index
  readonly min: number
  readonly max: number
}

/** A scalar, as a function of index variables. */
export type Expression = { readonly id: number; readonly dtype: DType } & ExpressionKind

/** The kinds of expressions. */
export type ExpressionKind =
  | { readonly kind: 'load'; readonly buffer: number; readonly offset: Index }
  | { readonly kind: 'constant'; readonly value: number }
  /** The value of an index, as int32. */
  | { readonly kind: 'position'; readonly index: Index }
  | { readonly kind: 'operation'; readonly operation: ScalarOperation; readonly inputs: readonly Expression[] }
  /** `inside` where all conditions hold, `outside` elsewhere. */
  | {
      readonly kind: 'guard'
      readonly conditions: readonly Condition[]
      readonly inside: Expression
      readonly outside: Expression
    }
  /** Element `element` of a Threefry stream. Inputs: both key words and the offset, all int32. */
  | {
      readonly kind: 'random'
      readonly inputs: readonly Expression[]
      readonly element: Index
      readonly uniform: boolean
    }
  /** The result of the kernel's reduction for this output element. */
  | { readonly kind: 'reduction' }
