// The general templates of reductions: four outputs at a time, or, where the values of one output are neighbours, four
// values at a time.
import { addIndex, type Index, scaleIndex, variableIndex } from '../kernel/index-algebra.ts'
import type { Reduction } from '../kernel/kernel.ts'
import { type Emitter, glslType } from './emitter.ts'
import { collectFetches } from './fetches.ts'

/** Sums longer than this are added up in blocks, so that rounding grows with the number of blocks only. */
const blockLength = 64

/** Loads per texel and value when four outputs are reduced side by side. */
export function costOfLanes(emitter: Emitter, reduction: Reduction): number {
  return collectFetches(emitter.arena, [reduction.body], 'lane').size
}

/** The axis along which four values at a time cost least, and how much per texel and value. */
export function findAlong(emitter: Emitter, reduction: Reduction): { axis: number; cost: number } | undefined {
  if (reduction.kind === 'argMax') return undefined
  const costs = reduction.axes.flatMap(({ variable, size }, axis) =>
    size >= 4 && size % 4 === 0 ? [{ axis, cost: collectFetches(emitter.arena, [reduction.body], variable).size }] : [],
  )
  return costs.sort((a, b) => a.cost - b.cost)[0]
}

interface Accumulator {
  readonly name: string
  readonly part: string
  readonly blocked: boolean
}

function openAccumulator(emitter: Emitter, reduction: Reduction, iterations: number): Accumulator {
  const { kind, body } = reduction
  const type = glslType(body.dtype, true)
  const lowest = body.dtype === 'int32' ? 'ivec4(-2147483647 - 1)' : 'vec4(intBitsToFloat(int(0xff800000u)))'
  const start = kind === 'max' ? lowest : `${type}(0)`
  const name = emitter.name('total')
  const blocked = kind === 'sum' && body.dtype === 'float32' && iterations > 2 * blockLength
  const part = blocked ? emitter.name('part') : name
  emitter.line(`${type} ${name} = ${start};`)
  if (blocked) emitter.line(`${type} ${part} = ${start}; int count = 0;`)
  return { name, part, blocked }
}

function accumulate(emitter: Emitter, reduction: Reduction, { name, part, blocked }: Accumulator, value: string): void {
  if (reduction.kind === 'sum') emitter.line(`${part} += ${value};`)
  else emitter.line(`${name} = ${reduction.body.dtype === 'int32' ? 'max' : 'maximum'}(${name}, ${value});`)
  if (blocked) emitter.line(`if ((++count & ${blockLength - 1}) == 0) { ${name} += ${part}; ${part} = vec4(0.0); }`)
}

/** Runs `body` inside one loop per axis. */
export function nestLoops(
  emitter: Emitter,
  axes: readonly { variable: string; size: number }[],
  body: () => void,
): void {
  const looped = axes.filter(({ size }) => size !== 1)
  for (const { variable } of looped) emitter.open([variable])
  body()
  for (const { variable, size } of looped.toReversed()) {
    const text = emitter.close()
    emitter.line(`for (int ${variable} = 0; ${variable} < ${size}; ${variable}++) {\n${text}\n}`)
  }
}

/** Four outputs side by side. */
export function emitLanes(emitter: Emitter, reduction: Reduction): void {
  if (reduction.kind === 'argMax') {
    emitArgMax(emitter, reduction)
    return
  }
  const iterations = reduction.axes.reduce((product, { size }) => product * size, 1)
  const accumulator = openAccumulator(emitter, reduction, iterations)
  if (iterations > 0) {
    nestLoops(emitter, reduction.axes, () =>
      accumulate(emitter, reduction, accumulator, emitter.emitWide(reduction.body, 'lane')),
    )
  }
  if (accumulator.blocked) emitter.line(`${accumulator.name} += ${accumulator.part};`)
  emitter.total = accumulator.name
}

/** NaN counts as the largest; among equals the first wins. */
function emitArgMax(emitter: Emitter, reduction: Reduction): void {
  const { axes, body, conditions } = reduction
  const best = emitter.name('best')
  const total = emitter.name('total')
  emitter.line(`${glslType(body.dtype, true)} ${best} = ${glslType(body.dtype, true)}(0);`)
  emitter.line(`ivec4 ${total} = ivec4(-1);`)
  let position: Index = variableIndex('none', 1)
  for (const { variable, size } of axes) {
    position = addIndex(scaleIndex(position, size), variableIndex(variable, size))
  }
  nestLoops(emitter, axes, () => {
    const value = emitter.emitWide(body, 'lane')
    const nothing = `less(${total}, ivec4(0))`
    const isNumber = body.dtype === 'float32' ? `both(differs(${value}, ${value}), equals(${best}, ${best}))` : ''
    const larger = isNumber ? `either(less(${best}, ${value}), ${isNumber})` : `less(${best}, ${value})`
    const valid = emitter.emitConditions(conditions, 'lane')
    const wins = `both(${valid.wide ? valid.code : `bvec4(${valid.code})`}, either(${nothing}, ${larger}))`
    const chosen = emitter.name('wins')
    emitter.line(`bvec4 ${chosen} = ${wins};`)
    emitter.line(`${best} = choose(${chosen}, ${value}, ${best});`)
    emitter.line(`${total} = choose(${chosen}, ivec4(${emitter.emitIndex(position)}), ${total});`)
  })
  emitter.total = total
}

/** One output after the other, four of its values at a time. */
export function emitAlong(emitter: Emitter, reduction: Reduction, axis: number): void {
  const { arena } = emitter
  const chosen = reduction.axes[axis]
  if (!chosen) throw new RangeError(`A reduction over ${reduction.axes.length} axes has no axis ${axis}`)
  const { variable, size } = chosen
  const values = new Map([
    [variable, addIndex(scaleIndex(variableIndex('block', size / 4), 4), variableIndex('inner', 4))],
    ['lane', variableIndex('part4', 4)],
  ])
  const part: Reduction = { ...reduction, body: arena.substitute(reduction.body, values) }
  const others = reduction.axes.filter((_, position) => position !== axis)
  const iterations = others.reduce((product, other) => product * other.size, size / 4)
  const dtype = reduction.body.dtype
  const total = emitter.name('total')
  emitter.line(`${glslType(dtype, true)} ${total} = ${glslType(dtype, true)}(0);`)
  emitter.open(['part4'])
  const accumulator = openAccumulator(emitter, part, iterations)
  nestLoops(emitter, [...others, { variable: 'block', size: size / 4 }], () =>
    accumulate(emitter, part, accumulator, emitter.emitWide(part.body, 'inner')),
  )
  if (accumulator.blocked) emitter.line(`${accumulator.name} += ${accumulator.part};`)
  const { name } = accumulator
  const [a, b, c, d] = [`${name}.x`, `${name}.y`, `${name}.z`, `${name}.w`]
  const join = dtype === 'int32' ? 'max' : 'maximum'
  const whole =
    reduction.kind === 'sum' ? `(${a} + ${b}) + (${c} + ${d})` : `${join}(${join}(${a}, ${b}), ${join}(${c}, ${d}))`
  const type = glslType(dtype, true)
  emitter.line(`${total} = choose(equals(ivec4(part4), ivec4(0, 1, 2, 3)), ${type}(${whole}), ${total});`)
  const text = emitter.close()
  emitter.line(`for (int part4 = 0; part4 < 4; part4++) {\n${text}\n}`)
  emitter.total = total
}
