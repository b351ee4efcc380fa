// Scalar expressions: what one kernel computes for one output element. They are interned, so equal work is one object
// and is emitted once.
import type { DType } from '@deep-recipe/core-tensor'
import { coefficientOf, substituteIndex } from './index-algebra.ts'
import type { Condition, Expression, ExpressionKind, Index, ScalarOperation } from './scalar-types.ts'

export type { Condition, Expression, ExpressionKind, ScalarOperation } from './scalar-types.ts'

/** Makes expressions, equal ones once. One arena serves one compilation. */
export class ExpressionArena {
  readonly #interned = new Map<string, Expression>()
  readonly #variables = new Map<number, ReadonlySet<string>>()

  load(buffer: number, offset: Index, dtype: DType): Expression {
    return this.#intern(`l${buffer}:${offset.key}`, { kind: 'load', buffer, offset }, dtype)
  }

  constant(value: number, dtype: DType): Expression {
    const number = dtype === 'float32' ? Math.fround(value) : dtype === 'bool' ? Number(value !== 0) : Math.trunc(value)
    const text = Object.is(number, -0) ? '-0' : String(number)
    return this.#intern(`c${dtype}:${text}`, { kind: 'constant', value: number }, dtype)
  }

  position(index: Index): Expression {
    return this.#intern(`p${index.key}`, { kind: 'position', index }, 'int32')
  }

  reduction(dtype: DType): Expression {
    return this.#intern(`r${dtype}`, { kind: 'reduction' }, dtype)
  }

  operation(operation: ScalarOperation, inputs: readonly Expression[], dtype: DType): Expression {
    const key = `o${operation}:${dtype}:${inputs.map(({ id }) => id).join()}`
    return this.#intern(key, { kind: 'operation', operation, inputs }, dtype)
  }

  /** Conditions that always hold are dropped; one that never holds leaves `outside`. */
  guard(conditions: readonly Condition[], inside: Expression, outside: Expression): Expression {
    const open = conditions.filter(({ index, min, max }) => index.min < min || index.max > max)
    if (open.some(({ index, min, max }) => index.max < min || index.min > max)) return outside
    if (open.length === 0 || inside === outside) return inside
    // Bounds that need no check are left out of the code: only where the same ones are left out are two guards equal.
    const parts = open
      .map(({ index, min, max }) => `${index.min < min ? min : ''}<=${index.key}<=${index.max > max ? max : ''}`)
      .sort()
    const key = `g${parts.join('&')}?${inside.id}:${outside.id}`
    return this.#intern(key, { kind: 'guard', conditions: open, inside, outside }, inside.dtype)
  }

  random(inputs: readonly Expression[], element: Index, uniform: boolean): Expression {
    const key = `t${inputs.map(({ id }) => id).join()}:${element.key}:${uniform}`
    return this.#intern(key, { kind: 'random', inputs, element, uniform }, uniform ? 'float32' : 'int32')
  }

  #intern(key: string, kind: ExpressionKind, dtype: DType): Expression {
    const known = this.#interned.get(key)
    if (known) return known
    const expression: Expression = { id: this.#interned.size, dtype, ...kind }
    this.#interned.set(key, expression)
    return expression
  }

  /** The expression with index variables replaced. */
  substitute(expression: Expression, values: ReadonlyMap<string, Index>): Expression {
    const done = new Map<Expression, Expression>()
    const visit = (part: Expression): Expression => {
      const known = done.get(part)
      if (known) return known
      const result = this.#substituteOne(part, values, visit)
      done.set(part, result)
      return result
    }
    return visit(expression)
  }

  #substituteOne(
    part: Expression,
    values: ReadonlyMap<string, Index>,
    visit: (part: Expression) => Expression,
  ): Expression {
    const index = (old: Index): Index => substituteIndex(old, values, visit)
    switch (part.kind) {
      case 'load':
        return this.load(part.buffer, index(part.offset), part.dtype)
      case 'position':
        return this.position(index(part.index))
      case 'operation':
        return this.operation(part.operation, part.inputs.map(visit), part.dtype)
      case 'guard': {
        const conditions = part.conditions.map(({ index: old, min, max }) => ({ index: index(old), min, max }))
        return this.guard(conditions, visit(part.inside), visit(part.outside))
      }
      case 'random':
        return this.random(part.inputs.map(visit), index(part.element), part.uniform)
      default:
        return part
    }
  }

  /** Names of the variables that an expression depends on. */
  variables(expression: Expression): ReadonlySet<string> {
    const known = this.#variables.get(expression.id)
    if (known) return known
    // Four outputs are reduced at once, so the result differs from lane to lane.
    const names = new Set<string>(expression.kind === 'reduction' ? ['lane'] : [])
    for (const index of indicesOf(expression)) this.collectVariables(index, names)
    for (const input of inputsOf(expression)) for (const name of this.variables(input)) names.add(name)
    this.#variables.set(expression.id, names)
    return names
  }

  /** Adds the names of the variables that an index depends on. */
  collectVariables(index: Index, names: Set<string>): void {
    for (const { atom } of index.terms) {
      if (atom.kind === 'variable') names.add(atom.name)
      else if (atom.kind === 'value') for (const name of this.variables(atom.expression)) names.add(name)
      else this.collectVariables(atom.of, names)
    }
  }

  /** See `coefficientOf` in index-algebra. */
  coefficient(index: Index, name: string): number | undefined {
    return coefficientOf(index, name, (expression, variable) => this.variables(expression).has(variable))
  }
}

/** Indices that stand directly in an expression. */
export function indicesOf(expression: Expression): readonly Index[] {
  if (expression.kind === 'load') return [expression.offset]
  if (expression.kind === 'position') return [expression.index]
  if (expression.kind === 'guard') return expression.conditions.map(({ index }) => index)
  return expression.kind === 'random' ? [expression.element] : []
}

/** Expressions that stand directly in an expression. */
export function inputsOf(expression: Expression): readonly Expression[] {
  if (expression.kind === 'operation' || expression.kind === 'random') return expression.inputs
  return expression.kind === 'guard' ? [expression.inside, expression.outside] : []
}

/** Every expression that the roots need, computed indices included, each once and after what it needs. */
export function collectExpressions(roots: readonly Expression[]): Expression[] {
  const seen = new Set<Expression>()
  const sorted: Expression[] = []
  const visitIndex = (index: Index): void => {
    for (const { atom } of index.terms) {
      if (atom.kind === 'value') visit(atom.expression)
      else if (atom.kind !== 'variable') visitIndex(atom.of)
    }
  }
  const visit = (expression: Expression): void => {
    if (seen.has(expression)) return
    seen.add(expression)
    for (const index of indicesOf(expression)) visitIndex(index)
    for (const input of inputsOf(expression)) visit(input)
    sorted.push(expression)
  }
  for (const root of roots) visit(root)
  return sorted
}
