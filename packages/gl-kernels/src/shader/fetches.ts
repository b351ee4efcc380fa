// Counts the texels that an expression loads: what the choice between shader templates rests on, since texel loads
// are what most kernels spend their time on.
import { collectExpressions, type Expression, type ExpressionArena } from '../kernel/expression.ts'
import { constantIndex, divideIndex, moduloIndex, shiftIndex } from '../kernel/index-algebra.ts'

/** Distinct texels that expressions load when four elements are wanted along `vector`. */
export function collectFetches(
  arena: ExpressionArena,
  expressions: readonly Expression[],
  vector: string,
  texels: Set<string> = new Set(),
): Set<string> {
  for (const expression of collectExpressions(expressions)) {
    if (expression.kind !== 'load') continue
    const coefficient = arena.coefficient(expression.offset, vector)
    const lanes = coefficient === 0 ? [0] : coefficient === 1 ? [0, 3] : [0, 1, 2, 3]
    for (const lane of lanes) {
      const load = arena.substitute(expression, new Map([[vector, constantIndex(lane)]]))
      if (load.kind === 'load') texels.add(`${load.buffer}:${divideIndex(load.offset, 4).key}`)
    }
  }
  return texels
}

/** Whether every load along `vector` is one aligned texel, or the same element for all. */
export function isVectorizable(arena: ExpressionArena, expression: Expression, vector: string): boolean {
  return collectExpressions([expression]).every((part) => {
    if (part.kind !== 'load') return true
    const coefficient = arena.coefficient(part.offset, vector)
    if (coefficient === 0) return true
    if (coefficient !== 1) return false
    const first = arena.substitute(part, new Map([[vector, constantIndex(0)]]))
    const component = first.kind === 'load' ? moduloIndex(shiftIndex(first.offset, 0), 4) : undefined
    return component?.terms.length === 0 && component.constant === 0
  })
}
