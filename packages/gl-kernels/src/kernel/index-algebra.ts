// Whole-number index expressions: sums of variables, quotients and remainders with known ranges. Movement operations
// become these, and the simplifications here are what turns a reshape of a permute back into one contiguous load.
import type { Atom, Expression, Index, Term } from './scalar-types.ts'

export type { Atom, Index, Term } from './scalar-types.ts'

/** A known number. */
export function constantIndex(value: number): Index {
  return { terms: [], constant: value, min: value, max: value, key: String(value) }
}

/** A variable that runs from 0 to size − 1. */
export function variableIndex(name: string, size: number): Index {
  if (size <= 1) return constantIndex(0)
  return atomIndex({ kind: 'variable', name, min: 0, max: size - 1, key: name })
}

/** An index that is computed by an expression (of a gather), said to lie within 0 … size − 1. */
export function valueIndex(expression: Expression, size: number): Index {
  return atomIndex({ kind: 'value', expression, min: 0, max: Math.max(0, size - 1), key: `v${expression.id}` })
}

function atomIndex(atom: Atom): Index {
  return makeSum([{ coefficient: 1, atom }], 0)
}

/** a + b. */
export function addIndex(a: Index, b: Index): Index {
  return makeSum([...a.terms, ...b.terms], a.constant + b.constant)
}

/** a + n. */
export function shiftIndex(a: Index, n: number): Index {
  return n === 0 ? a : makeSum(a.terms, a.constant + n)
}

/** a · n. */
export function scaleIndex(a: Index, n: number): Index {
  if (n === 1) return a
  const terms = n === 0 ? [] : a.terms.map(({ coefficient, atom }) => ({ coefficient: coefficient * n, atom }))
  return makeSum(terms, a.constant * n)
}

/** ⌊a / n⌋. */
export function divideIndex(a: Index, n: number): Index {
  return splitIndex(a, n).quotient
}

/** a − n · ⌊a / n⌋. */
export function moduloIndex(a: Index, n: number): Index {
  return splitIndex(a, n).remainder
}

/** Quotient and remainder, simplified with the help of the known bounds. */
function splitIndex(a: Index, n: number): { quotient: Index; remainder: Index } {
  if (n === 1) return { quotient: a, remainder: constantIndex(0) }
  // a = n · whole + rest, with every multiple of n moved into `whole` and the rest shifted to be ≥ 0.
  const multiples = a.terms.filter(({ coefficient }) => coefficient % n === 0)
  const others = a.terms.filter(({ coefficient }) => coefficient % n !== 0)
  let whole = Math.floor(a.constant / n)
  let rest = makeSum(others, a.constant - whole * n)
  if (rest.min < 0 && Number.isFinite(rest.min)) {
    const shift = Math.ceil(-rest.min / n)
    rest = shiftIndex(rest, shift * n)
    whole -= shift
  }
  const quotient = makeSum(
    multiples.map(({ coefficient, atom }) => ({ coefficient: coefficient / n, atom })),
    whole,
  )
  if (rest.max < n) return { quotient, remainder: rest }
  const finer = splitByFactor(rest, n) ?? splitAtom(rest, n)
  return { quotient: addIndex(quotient, finer.quotient), remainder: finer.remainder }
}

/** rest = g · coarse + fine with g | n and 0 ≤ fine < g: then ⌊rest / n⌋ = ⌊coarse / (n / g)⌋. */
function splitByFactor(rest: Index, n: number): { quotient: Index; remainder: Index } | undefined {
  const factors = new Set(rest.terms.map(({ coefficient }) => greatestCommonDivisor(Math.abs(coefficient), n)))
  for (const factor of [...factors].sort((a, b) => b - a)) {
    if (factor <= 1) continue
    const coarse = rest.terms.filter(({ coefficient }) => coefficient % factor === 0)
    const fineConstant = rest.constant % factor
    const fine = makeSum(
      rest.terms.filter(({ coefficient }) => coefficient % factor !== 0),
      fineConstant < 0 ? fineConstant + factor : fineConstant,
    )
    if (fine.min < 0 || fine.max >= factor) continue
    const reduced = makeSum(
      coarse.map(({ coefficient, atom }) => ({ coefficient: coefficient / factor, atom })),
      (rest.constant - fine.constant) / factor,
    )
    const { quotient, remainder } = splitIndex(reduced, n / factor)
    return { quotient, remainder: addIndex(scaleIndex(remainder, factor), fine) }
  }
  return undefined
}

function splitAtom(rest: Index, n: number): { quotient: Index; remainder: Index } {
  const atom = onlyAtom(rest)
  if (atom?.kind === 'remainder' && atom.by % n === 0) {
    // (x mod a) mod n = x mod n, and ⌊(x mod a) / n⌋ = ⌊x / n⌋ mod (a / n), when n | a
    return {
      quotient: moduloIndex(divideIndex(atom.of, n), atom.by / n),
      remainder: moduloIndex(atom.of, n),
    }
  }
  const remainder: Atom = { kind: 'remainder', of: rest, by: n, min: 0, max: n - 1, key: `(${rest.key}%${n})` }
  return { quotient: atomIndex(quotientAtom(rest, n)), remainder: atomIndex(remainder) }
}

/** ⌊x / n⌋, with ⌊⌊x / a⌋ / n⌋ = ⌊x / (a n)⌋ so that equal quotients have equal keys. */
function quotientAtom(x: Index, n: number): Atom {
  const inner = onlyAtom(x)
  if (inner?.kind === 'quotient') return quotientAtom(inner.of, inner.by * n)
  const bounds = { min: Math.floor(x.min / n), max: Math.floor(x.max / n) }
  return { kind: 'quotient', of: x, by: n, ...bounds, key: `(${x.key}/${n})` }
}

function onlyAtom(index: Index): Atom | undefined {
  const term = index.terms.length === 1 && index.constant === 0 ? index.terms[0] : undefined
  return term?.coefficient === 1 ? term.atom : undefined
}

/** Adds equal atoms up, and joins c · ⌊x / n⌋ · n + c · (x mod n) to c · x. */
function makeSum(terms: readonly Term[], constant: number): Index {
  const sums = new Map<string, Term>()
  for (const term of terms) {
    const before = sums.get(term.atom.key)
    const coefficient = term.coefficient + (before?.coefficient ?? 0)
    if (coefficient === 0) sums.delete(term.atom.key)
    else sums.set(term.atom.key, { coefficient, atom: term.atom })
  }
  for (const { coefficient, atom } of sums.values()) {
    if (atom.kind !== 'remainder') continue
    const key = quotientAtom(atom.of, atom.by).key
    if (sums.get(key)?.coefficient !== coefficient * atom.by) continue
    sums.delete(atom.key)
    sums.delete(key)
    const joined = scaleIndex(atom.of, coefficient)
    return makeSum([...sums.values(), ...joined.terms], constant + joined.constant)
  }
  const sorted = [...sums.values()].sort((a, b) => (a.atom.key < b.atom.key ? -1 : 1))
  let min = constant
  let max = constant
  let key = ''
  for (const { coefficient, atom } of sorted) {
    min += coefficient * (coefficient > 0 ? atom.min : atom.max)
    max += coefficient * (coefficient > 0 ? atom.max : atom.min)
    key += `${key && coefficient > 0 ? '+' : ''}${coefficient === 1 ? '' : `${coefficient}*`}${atom.key}`
  }
  if (constant !== 0 || key === '') key += `${key && constant > 0 ? '+' : ''}${constant}`
  return { terms: sorted, constant, min, max, key }
}

/** Replaces variables; `replaceValue` does the same inside computed indices. */
export function substituteIndex(
  index: Index,
  values: ReadonlyMap<string, Index>,
  replaceValue: (expression: Expression) => Expression,
): Index {
  let result = constantIndex(index.constant)
  let changed = false
  for (const { coefficient, atom } of index.terms) {
    const replaced = substituteAtom(atom, values, replaceValue)
    changed ||= replaced !== undefined
    result = addIndex(result, scaleIndex(replaced ?? makeSum([{ coefficient: 1, atom }], 0), coefficient))
  }
  return changed ? result : index
}

function substituteAtom(
  atom: Atom,
  values: ReadonlyMap<string, Index>,
  replaceValue: (expression: Expression) => Expression,
): Index | undefined {
  if (atom.kind === 'variable') return values.get(atom.name)
  if (atom.kind === 'value') {
    const expression = replaceValue(atom.expression)
    return expression === atom.expression ? undefined : valueIndex(expression, atom.max + 1)
  }
  const of = substituteIndex(atom.of, values, replaceValue)
  if (of === atom.of) return undefined
  return atom.kind === 'quotient' ? divideIndex(of, atom.by) : moduloIndex(of, atom.by)
}

/** The factor of a variable that stands in the sum itself and nowhere deeper; undefined when it does stand deeper. */
export function coefficientOf(
  index: Index,
  name: string,
  expressionDependsOn: (expression: Expression, name: string) => boolean,
): number | undefined {
  let coefficient = 0
  for (const term of index.terms) {
    if (term.atom.kind === 'variable') {
      if (term.atom.name === name) coefficient = term.coefficient
    } else if (term.atom.kind === 'value') {
      if (expressionDependsOn(term.atom.expression, name)) return undefined
    } else if (coefficientOf(term.atom.of, name, expressionDependsOn) !== 0) {
      return undefined
    }
  }
  return coefficient
}

/** The value for given variables: for tests and for constants. */
export function evaluateIndex(index: Index, variables: Readonly<Record<string, number>>): number {
  let sum = index.constant
  for (const { coefficient, atom } of index.terms) sum += coefficient * evaluateAtom(atom, variables)
  return sum
}

function evaluateAtom(atom: Atom, variables: Readonly<Record<string, number>>): number {
  if (atom.kind === 'variable') return variables[atom.name] ?? 0
  if (atom.kind === 'value') throw new RangeError('A computed index has no value on the host')
  const of = evaluateIndex(atom.of, variables)
  const quotient = Math.floor(of / atom.by)
  return atom.kind === 'quotient' ? quotient : of - quotient * atom.by
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
