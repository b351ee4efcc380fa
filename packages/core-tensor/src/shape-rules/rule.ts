// The type of a shape rule: from input types and attributes to result types, or a typed error.
import type { Primitive, PrimitiveAttributes } from '../trace/node.ts'
import type { TensorType } from '../trace/types.ts'

/** Input types and attributes → result type. Throws what names the op, the argument, and a remedy. */
export type ShapeRule<P extends Primitive> = (
  inputs: readonly TensorType[],
  attributes: PrimitiveAttributes[P],
) => TensorType

/** The rules of some primitives. */
export type ShapeRulesOf<P extends Primitive> = { readonly [Name in P]: ShapeRule<Name> }

/** The input at a position; the builder has already checked how many there are. */
export function inputAt(inputs: readonly TensorType[], position: number): TensorType {
  const input = inputs[position]
  if (!input) throw new RangeError(`A shape rule asked for input ${position} of ${inputs.length}`)
  return input
}
