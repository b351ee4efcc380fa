// The types of gradient rules: how a primitive passes the gradient of its result on, and what a walk back gives.
import type { Node, Primitive, PrimitiveAttributes } from '../trace/node.ts'
import type { Tensor } from '../trace/tensor.ts'

/** What a gradient rule is told. */
export interface GradientContext<P extends Primitive> {
  readonly inputs: readonly Tensor[]
  readonly output: Tensor
  /** ∂loss/∂output, of the output's shape. */
  readonly gradient: Tensor
  readonly attributes: PrimitiveAttributes[P]
}

/** Gives ∂loss/∂input for each input; undefined where it is zero everywhere (integers, conditions). */
export type GradientRule<P extends Primitive> = (context: GradientContext<P>) => readonly (Tensor | undefined)[]

/** The rules of some primitives. */
export type GradientRulesOf<P extends Primitive> = { readonly [Name in P]: GradientRule<Name> }

/** An input, which the shape rule has guaranteed to be there. */
export function inputOf(context: { readonly inputs: readonly Tensor[] }, position: number): Tensor {
  const input = context.inputs[position]
  if (!input) throw new RangeError(`A gradient rule asked for input ${position} of ${context.inputs.length}`)
  return input
}

/** Gradients, and the nodes that must take the place of others for them to be computed without repetition. */
export interface Backward {
  /** ∂/∂input for each of the inputs asked for; undefined where the outputs do not depend on it. */
  readonly gradients: readonly (Node | undefined)[]
  /** Scans to be replaced by ones that also keep what the way back needs. */
  readonly replacements: ReadonlyMap<Node, Node>
}
