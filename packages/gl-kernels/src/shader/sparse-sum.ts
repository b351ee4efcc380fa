// The template of scatterAdd: a sum of which few terms count. Four conditions are looked at together, and only where one of
// them holds are the terms themselves loaded, so a row of an embedding costs little more than its few updates.
import type { Expression, ExpressionArena } from '../kernel/expression.ts'
import { addIndex, constantIndex, type Index, scaleIndex, variableIndex } from '../kernel/index-algebra.ts'
import type { Reduction, ReductionAxis } from '../kernel/kernel.ts'
import { type Emitter, glslType } from './emitter.ts'
import { nestLoops } from './reduction.ts'

/** A sum whose terms are 0 where a condition does not hold. */
export interface SparseSum {
  readonly condition: Expression
  readonly term: Expression
  readonly axes: readonly ReductionAxis[]
  readonly dtype: Expression['dtype']
}

/** The sparse form of a reduction: Σ select(condition, term, 0), the condition being the same for all four lanes. */
export function findSparseSum(arena: ExpressionArena, { kind, body, axes }: Reduction): SparseSum | undefined {
  if (kind !== 'sum' || body.kind !== 'operation' || body.operation !== 'select' || axes.length === 0) return undefined
  const [condition, term, otherwise] = body.inputs as readonly [Expression, Expression, Expression]
  if (otherwise.kind !== 'constant' || otherwise.value !== 0 || arena.variables(condition).has('lane')) return undefined
  return { condition, term, axes, dtype: body.dtype }
}

/** Emits the loops; the emitter's `total` names the sums afterwards. */
export function emitSparseSum(emitter: Emitter, { condition, term, axes, dtype }: SparseSum): void {
  const { arena } = emitter
  const last = axes.at(-1) as ReductionAxis
  const blocks = Math.ceil(last.size / 4)
  const at = addIndex(scaleIndex(variableIndex('block', blocks), 4), variableIndex('inner', 4))
  const bounds = last.size % 4 === 0 ? [] : [{ index: at, min: 0, max: last.size - 1 }]
  const blocked = arena.substitute(condition, new Map<string, Index>([[last.variable, at]]))
  const hit = arena.guard(bounds, blocked, arena.constant(0, 'bool'))
  const type = glslType(dtype, true)
  const total = emitter.name('total')
  emitter.line(`${type} ${total} = ${type}(0);`)
  nestLoops(emitter, [...axes.slice(0, -1), { variable: 'block', size: blocks }], () => {
    const hits = emitter.name('hits')
    emitter.line(`bvec4 ${hits} = ${emitter.emitWide(hit, 'inner')};`)
    const sides = [0, 1, 2, 3].map((n) => {
      const place = arena.substitute(
        term,
        new Map([[last.variable, addIndex(scaleIndex(variableIndex('block', blocks), 4), constantIndex(n))]]),
      )
      emitter.open([], true)
      emitter.line(`${total} += ${emitter.emitWide(place, 'lane')};`)
      return `if (${hits}.${'xyzw'[n]}) {\n${emitter.close()}\n}`
    })
    emitter.line(`if (any(${hits})) {\n${sides.join('\n')}\n}`)
  })
  emitter.total = total
}
