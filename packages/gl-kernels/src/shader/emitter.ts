// Turns expressions into GLSL statements. Values that do not depend on a loop's variable are placed before the loop, and
// four neighbouring elements are loaded as one texel wherever the index algebra can show that they are neighbours.
import type { DType } from '@deep-recipe/core-tensor'
import {
  type Condition,
  collectExpressions,
  type Expression,
  type ExpressionArena,
  type ScalarOperation,
} from '../kernel/expression.ts'
import {
  type Atom,
  constantIndex,
  divideIndex,
  type Index,
  moduloIndex,
  shiftIndex,
  substituteIndex,
} from '../kernel/index-algebra.ts'
import { type Buffer, isMovable, placeOfBuffer } from '../kernel/kernel.ts'

/** A GLSL value: one element, or the four of the vector variable. */
export interface Emitted {
  readonly code: string
  readonly wide: boolean
}

type Guard = Extract<Expression, { readonly kind: 'guard' }>

interface Scope {
  readonly lines: string[]
  readonly variables: ReadonlySet<string>
  readonly cache: Map<string, string>
  /** One side of a condition: what is computed here is wanted here only. */
  readonly branch: boolean
}

const scalarTypes: Readonly<Record<DType, string>> = { float32: 'float', int32: 'int', bool: 'bool' }
const vectorTypes: Readonly<Record<DType, string>> = { float32: 'vec4', int32: 'ivec4', bool: 'bvec4' }

/** GLSL type of one or of four elements. */
export function glslType(dtype: DType, wide: boolean): string {
  return (wide ? vectorTypes : scalarTypes)[dtype]
}

const components = 'xyzw'

/** Emits the statements of one kernel. */
export class Emitter {
  readonly arena: ExpressionArena
  /** Buffers in the order of their texture units. */
  readonly slots: number[] = []
  /** Name of the reduction's result, four elements wide, once it is known. */
  total = ''
  readonly #buffers: readonly Buffer[]
  readonly #scopes: Scope[] = []
  #names = 0

  constructor(arena: ExpressionArena, buffers: readonly Buffer[], variables: Iterable<string>) {
    this.arena = arena
    this.#buffers = buffers
    this.#scopes.push({ lines: [], variables: new Set(variables), cache: new Map(), branch: false })
  }

  /** Opens a loop body in which more variables are known. */
  open(variables: Iterable<string>, branch = false): void {
    this.#scopes.push({ lines: [], variables: new Set(variables), cache: new Map(), branch })
  }

  /** Closes the innermost body and gives its statements. */
  close(): string {
    return (this.#scopes.pop()?.lines ?? []).join('\n')
  }

  /** Adds a statement to the innermost body. */
  line(text: string): void {
    this.#scopes.at(-1)?.lines.push(text)
  }

  /** A name that no other value has. */
  name(prefix: string): string {
    return `${prefix}${this.#names++}`
  }

  /** The value of an expression; `vector` names the variable along which four elements are wanted. */
  emit(expression: Expression, vector?: string): Emitted {
    const names = this.arena.variables(expression)
    const wide = vector !== undefined && names.has(vector)
    if (expression.kind === 'reduction') return { code: this.total, wide: true }
    if (expression.kind === 'constant') return { code: formatConstant(expression.value, expression.dtype), wide: false }
    const key = `${expression.id}${wide ? vector : ''}`
    const type = glslType(expression.dtype, wide)
    const code = this.#once(key, names, type, () => this.#compute(expression, wide ? vector : undefined))
    return { code, wide }
  }

  /** The value as four elements, repeated when it does not depend on the vector variable. */
  emitWide(expression: Expression, vector: string): string {
    const { code, wide } = this.emit(expression, vector)
    return wide ? code : `${glslType(expression.dtype, true)}(${code})`
  }

  /** Whether all conditions hold: a bool or bvec4. */
  emitConditions(conditions: readonly Condition[], vector?: string): Emitted {
    let result: Emitted = { code: 'true', wide: false }
    for (const condition of conditions) {
      const common = vector === undefined ? condition.index : this.#commonIndex(condition, vector)
      const wide = common === undefined
      const index = common ? this.emitIndex(common) : this.#emitLanes(condition.index, vector as string)
      const checks: Emitted[] = []
      const bound = (value: number): string => (wide ? `ivec4(${value})` : String(value))
      if (condition.min === condition.max) checks.push({ code: `equals(${index}, ${bound(condition.min)})`, wide })
      else {
        if (condition.index.min < condition.min) {
          checks.push({ code: `atMost(${bound(condition.min)}, ${index})`, wide })
        }
        if (condition.index.max > condition.max) {
          checks.push({ code: `atMost(${index}, ${bound(condition.max)})`, wide })
        }
      }
      for (const check of checks) result = conjunction(result, check)
    }
    return result
  }

  /**
   * An index that decides for all four lanes at once: the condition's own, or that of the first lane when both bounds
   * lie between texels. Undefined when the lanes may differ.
   */
  #commonIndex({ index, min, max }: Condition, vector: string): Index | undefined {
    if (!this.#indexDependsOn(index, vector)) return index
    if (this.arena.coefficient(index, vector) !== 1) return undefined
    const first = this.#replace(index, vector, 0)
    const component = moduloIndex(first, 4)
    const aligned = component.terms.length === 0 && component.constant === 0
    const between = (min % 4 === 0 || index.min >= min) && ((max + 1) % 4 === 0 || index.max <= max)
    return aligned && between ? first : undefined
  }

  /** The value of an index that does not depend on a vector variable. */
  emitIndex(index: Index): string {
    const parts: string[] = []
    for (const { coefficient, atom } of index.terms) {
      const code = this.#emitAtom(atom)
      parts.push(coefficient === 1 ? code : `${code} * ${coefficient}`)
    }
    if (index.constant !== 0 || parts.length === 0) parts.push(String(index.constant))
    return parts.length === 1 ? (parts[0] as string) : `(${parts.join(' + ')})`
  }

  #emitAtom(atom: Atom): string {
    if (atom.kind === 'variable') return atom.name
    if (atom.kind === 'value') return this.emit(atom.expression).code
    const names = new Set<string>()
    this.arena.collectVariables(atom.of, names)
    return this.#once(`i${atom.key}`, names, 'int', () => {
      const of = this.emitIndex(atom.of)
      const power = Math.log2(atom.by)
      if (Number.isInteger(power)) {
        return atom.kind === 'quotient' ? `${of} >> ${power}` : `${of} & ${atom.by - 1}`
      }
      return `int(uint(${of}) ${atom.kind === 'quotient' ? '/' : '%'} ${atom.by}u)`
    })
  }

  /** Computes a value once, in the outermost body where all its variables are known and it is surely needed. */
  #once(key: string, names: ReadonlySet<string>, type: string, compute: () => string): string {
    let depth = this.#scopes.length - 1
    for (; depth >= 0; depth--) {
      const { cache, branch, variables } = this.#scopes[depth] as Scope
      const known = cache.get(key)
      if (known) return known
      if (depth === 0 || branch || [...names].some((name) => variables.has(name))) break
    }
    for (let outer = depth - 1; outer >= 0; outer--) {
      const known = this.#scopes[outer]?.cache.get(key)
      if (known) return known
    }
    const scope = this.#scopes[depth] as Scope
    const code = compute()
    const name = this.name('v')
    scope.lines.push(`${type} ${name} = ${code};`)
    scope.cache.set(key, name)
    return name
  }

  #indexDependsOn(index: Index, name: string): boolean {
    const names = new Set<string>()
    this.arena.collectVariables(index, names)
    return names.has(name)
  }

  #replace(index: Index, name: string, value: number): Index {
    const values = new Map([[name, constantIndex(value)]])
    return substituteIndex(index, values, (expression) => this.arena.substitute(expression, values))
  }

  #emitLanes(index: Index, vector: string): string {
    const coefficient = this.arena.coefficient(index, vector)
    if (coefficient !== undefined) {
      const steps = [0, 1, 2, 3].map((lane) => lane * coefficient).join(', ')
      return `(ivec4(${this.emitIndex(this.#replace(index, vector, 0))}) + ivec4(${steps}))`
    }
    return `ivec4(${[0, 1, 2, 3].map((lane) => this.emitIndex(this.#replace(index, vector, lane))).join(', ')})`
  }

  #compute(expression: Expression, vector: string | undefined): string {
    switch (expression.kind) {
      case 'load':
        return this.#emitLoad(expression, vector)
      case 'position':
        return vector ? this.#emitLanes(expression.index, vector) : this.emitIndex(expression.index)
      case 'operation':
        return this.#emitOperation(expression.operation, expression.inputs, vector)
      case 'guard': {
        if (!vector || !this.#isWorthBranch(expression)) return this.#emitGuard(expression, vector)
        return this.#emitBranch(expression, vector)
      }
      case 'random':
        return this.#emitRandom(expression.inputs, expression.element, expression.uniform, vector)
      default:
        throw new RangeError(`A kernel cannot emit ${expression.kind} here`)
    }
  }

  #emitGuard({ conditions, inside, outside }: Guard, vector: string | undefined): string {
    const condition = this.emitConditions(conditions, vector)
    const parts = [inside, outside].map((part) => (vector ? this.emitWide(part, vector) : this.emit(part).code))
    return `choose(${condition.code}, ${parts.join(', ')})`
  }

  /** Whether a side is more than a load or two, so that not computing it saves more than a jump costs. */
  #isWorthBranch({ inside, outside }: Guard): boolean {
    return [inside, outside].some((part) => collectExpressions([part]).length > 4)
  }

  #emitBranch(guard: Guard, vector: string): string {
    const condition = this.emitConditions(guard.conditions, vector)
    if (condition.wide) return this.#emitGuard(guard, vector)
    const name = this.name('b')
    const type = glslType(guard.inside.dtype, true)
    const sides = [guard.inside, guard.outside].map((side) => {
      this.open([], true)
      const value = this.emitWide(side, vector)
      this.line(`${name} = ${value};`)
      return this.close()
    })
    this.line(`${type} ${name};`)
    this.line(`if (${condition.code}) {\n${sides[0]}\n} else {\n${sides[1]}\n}`)
    return name
  }

  #emitOperation(operation: ScalarOperation, inputs: readonly Expression[], vector: string | undefined): string {
    const first = inputs[0] as Expression
    const codes = inputs.map((input) => {
      // Compilers may fold 0 · x to 0 although x can be infinite: a zero that they cannot see through prevents it.
      if (
        input.kind === 'constant' &&
        input.value === 0 &&
        input.dtype === 'float32' &&
        (operation === 'mul' || operation === 'div')
      ) {
        const zero = Object.is(input.value, -0) ? '-zero' : 'zero'
        return vector ? `vec4(${zero})` : zero
      }
      return vector ? this.emitWide(input, vector) : this.emit(input).code
    })
    return formatOperation(operation, codes, first.dtype, vector !== undefined)
  }

  #emitLoad(expression: Expression & { kind: 'load' }, vector: string | undefined): string {
    const { buffer, offset, dtype } = expression
    const finish = (code: string, wide: boolean): string =>
      dtype === 'bool' ? `differs(${code}, ${wide ? 'vec4(0.0)' : '0.0'})` : code
    if (vector === undefined) {
      const component = moduloIndex(offset, 4)
      const texel = this.#fetch(buffer, divideIndex(offset, 4))
      if (component.terms.length === 0) return finish(`${texel}.${components[component.constant]}`, false)
      return finish(`pick(${texel}, ${this.emitIndex(component)})`, false)
    }
    if (this.arena.coefficient(offset, vector) === 1) {
      const first = this.#replace(offset, vector, 0)
      const component = moduloIndex(first, 4)
      const texel = this.#fetch(buffer, divideIndex(first, 4))
      if (component.terms.length === 0 && component.constant === 0) return finish(texel, true)
      const next = this.#fetch(buffer, divideIndex(shiftIndex(first, 3), 4))
      return finish(`straddle(${texel}, ${next}, ${this.emitIndex(component)})`, true)
    }
    const values = new Map<string, Index>()
    const codes = [0, 1, 2, 3].map((lane) => {
      values.set(vector, constantIndex(lane))
      return this.emit(this.arena.substitute(expression, values)).code
    })
    return `${glslType(dtype, true)}(${codes.join(', ')})`
  }

  #fetch(buffer: number, texel: Index): string {
    const { layout, dtype } = this.#buffers[buffer] as Buffer
    const { sheet, row: firstRow } = placeOfBuffer(this.#buffers, buffer)
    const names = new Set<string>()
    this.arena.collectVariables(texel, names)
    let slot = this.slots.indexOf(sheet)
    if (slot < 0) slot = this.slots.push(sheet) - 1
    return this.#once(`f${buffer}:${texel.key}`, names, dtype === 'int32' ? 'ivec4' : 'vec4', () => {
      // Drivers check the bounds of texelFetch; a nearest-neighbour lookup at the texel's centre is cheaper.
      const { width, height } = layout
      const holder = this.#buffers[sheet] as Buffer
      const column = height === 1 ? texel : moduloIndex(texel, width)
      const row = height === 1 ? constantIndex(0) : divideIndex(texel, width)
      const place = (index: Index, size: number): string =>
        index.terms.length === 0
          ? formatConstant((index.constant + 0.5) / size, 'float32')
          : `float(${this.emitIndex(index)}) * ${formatConstant(1 / size, 'float32')} + ${formatConstant(0.5 / size, 'float32')}`
      const x = place(column, width)
      if (!isMovable(holder)) {
        return `textureLod(t${slot}, vec2(${x}, ${place(shiftIndex(row, firstRow), holder.layout.height)}), 0.0)`
      }
      const y = row.min === 0 && row.max === 0 ? '' : `float(${this.emitIndex(row)}) * at${slot}.x + `
      return `textureLod(t${slot}, vec2(${x}, ${y}at${slot}.y), 0.0)`
    })
  }

  /** Word (element & 1) of block (element >> 1). */
  #emitRandom(inputs: readonly Expression[], element: Index, uniform: boolean, vector: string | undefined): string {
    const words = inputs.map((input) => `uint(${this.emit(input).code})`).join(', ')
    const index = vector ? this.#emitLanes(element, vector) : this.emitIndex(element)
    const [word, integer, boolean, real] = vector
      ? ['uvec4', 'ivec4', 'bvec4', 'vec4']
      : ['uint', 'int', 'bool', 'float']
    const block = `${word}(${index} >> 1)`
    const second = `differs(${index} & 1, ${integer}(0))`
    const bits = `threefry(${words}, ${block}, ${boolean}(${second}))`
    return uniform ? `${real}(${bits} >> 8) * ${2 ** -24}` : `${integer}(${bits})`
  }
}

function conjunction(a: Emitted, b: Emitted): Emitted {
  if (a.code === 'true') return b
  const widen = ({ code, wide }: Emitted): string => (wide ? code : `bvec4(${code})`)
  if (a.wide || b.wide) return { code: `both(${widen(a)}, ${widen(b)})`, wide: true }
  return { code: `(${a.code} && ${b.code})`, wide: false }
}

/** A literal that reads back as exactly this number. */
export function formatConstant(value: number, dtype: DType): string {
  if (dtype === 'bool') return value === 0 ? 'false' : 'true'
  if (dtype === 'int32') return value === -(2 ** 31) ? '(-2147483647 - 1)' : value < 0 ? `(${value})` : String(value)
  const tiny = Math.abs(value) < 1.1754944e-38 && value !== 0
  if (!Number.isFinite(value) || tiny) {
    const bits = new Int32Array(new Float32Array([value]).buffer)[0] as number
    return `intBitsToFloat(${formatConstant(bits, 'int32')})`
  }
  const text = Object.is(value, -0) ? '-0' : String(value)
  const literal = /[.e]/.test(text) ? text.replace(/^(-?\d+)e/, '$1.0e') : `${text}.0`
  return literal.startsWith('-') ? `(${literal})` : literal
}

const calls: Readonly<Partial<Record<ScalarOperation, string>>> = {
  exp: 'exponential', log: 'logarithm', tanh: 'hyperbolicTangent', sigmoid: 'logistic', pow: 'power',
  sqrt: 'sqrt', floor: 'floor', abs: 'abs', select: 'choose',
  equal: 'equals', notEqual: 'differs', less: 'less', lessEqual: 'atMost',
} // biome-ignore format: a table reads best by kind

const infixes: Readonly<Partial<Record<ScalarOperation, string>>> = { add: '+', sub: '-', mul: '*', div: '/' }

function formatOperation(operation: ScalarOperation, codes: readonly string[], dtype: DType, wide: boolean): string {
  const [a, b] = codes as readonly [string, string]
  const infix = infixes[operation]
  if (infix) return `${a} ${infix} ${b}`
  const call = calls[operation]
  if (call) return `${call}(${codes.join(', ')})`
  switch (operation) {
    case 'neg':
      return `-${a}`
    case 'greater':
      return `less(${b}, ${a})`
    case 'greaterEqual':
      return `atMost(${b}, ${a})`
    case 'max':
    case 'min': {
      if (dtype === 'int32') return `${operation}(${a}, ${b})`
      if (dtype === 'bool') return `${operation === 'max' ? 'either' : 'both'}(${a}, ${b})`
      return `${operation === 'max' ? 'maximum' : 'minimum'}(${a}, ${b})`
    }
    case 'sign':
      return dtype === 'int32' ? `sign(${a})` : `signOf(${a})`
    case 'sin':
    case 'cos':
      return `sineOfQuarter(${a}, ${wide ? 'vec4' : 'float'}(${operation === 'sin' ? '0.0' : '1.0'}))`
    case 'toFloat32':
      return `${glslType('float32', wide)}(${a})`
    case 'toInt32':
      return `${glslType('int32', wide)}(${a})`
    default:
      return dtype === 'bool' ? a : `differs(${a}, ${glslType(dtype, wide)}(0))`
  }
}
