// The template of matrix products and convolutions: Σₖ X(k) · Y(k, lane), where X is one number per texel and Y differs
// between the four elements of the texel. Four k are taken at a time, so both are loaded as whole texels.
//
// With one colour output a fragment can write only four sums, which makes a product cost more loads than arithmetic.
// Therefore the 2×2 fragments of a quad compute their sixteen sums together: each goes through a quarter of the k for
// all four texels, reusing what it loads four times, and the quarters are added by screen-space derivatives:
// with the left value negated, dFdx(v) = v_right − v_left is the sum of both, exactly as an addition rounds it.
import type { Expression, ExpressionArena } from '../kernel/expression.ts'
import {
  addIndex,
  constantIndex,
  divideIndex,
  type Index,
  moduloIndex,
  scaleIndex,
  variableIndex,
} from '../kernel/index-algebra.ts'
import type { Reduction } from '../kernel/kernel.ts'
import type { Layout } from '../kernel/layout.ts'
import type { Emitter } from './emitter.ts'
import { collectFetches } from './fetches.ts'

/** One texel's part: X along `inner`, and Y either per k along the lanes or per lane along k. */
interface Factors {
  readonly x: Expression
  readonly y: readonly Expression[]
}

/** How a product is to be computed, and its loads per texel and k. */
export interface Product {
  readonly cost: number
  readonly quad: boolean
  /** Blocks of four k. */
  readonly blocks: number
  /** `lane`: y[d] holds k = d for all lanes; `inner`: y[j] holds lane j for four k. */
  readonly along: 'lane' | 'inner'
  /** One per texel: a single one, or those of a quad by dy · 2 + dx. */
  readonly texels: readonly Factors[]
}

/** Ways to compute a reduction as a product, cheapest last; none when it is no product. */
export function findProducts(
  arena: ExpressionArena,
  reduction: Reduction,
  layout: Layout,
  derivatives: boolean,
): Product[] {
  const { body } = reduction
  if (reduction.kind !== 'sum' || body.dtype !== 'float32') return []
  if (body.kind !== 'operation' || body.operation !== 'mul') return []
  const [first, second] = body.inputs as readonly [Expression, Expression]
  const dependent = [first, second].filter((factor) => arena.variables(factor).has('lane'))
  if (dependent.length !== 1) return []
  const [x, y] = dependent[0] === first ? [second, first] : [first, second]
  const candidates = reduction.axes.flatMap((axis, position) =>
    axis.size < 4 ? [] : blockAxis(arena, reduction, position, x, y),
  )
  const best = candidates.sort((a, b) => a.cost - b.cost)[0]
  if (!best) return []
  const { factors, blocks, along, cost } = best
  const plain: Product = { cost, quad: false, blocks, along, texels: [factors] }
  if (!derivatives || layout.width < 2 || layout.height < 2 || blocks < 4) return [plain]
  const texels = [0, 1, 2, 3].map((texel) => moveFactors(arena, factors, layout, texel))
  const loads = countLoads(arena, texels, along)
  return [plain, { cost: loads / 16, quad: true, blocks, along, texels }]
}

interface Blocked {
  readonly factors: Factors
  readonly blocks: number
  readonly along: 'lane' | 'inner'
  readonly cost: number
}

/** Takes four steps of one axis at a time; the axes together become the single variable k. */
function blockAxis(
  arena: ExpressionArena,
  reduction: Reduction,
  position: number,
  x: Expression,
  y: Expression,
): Blocked[] {
  const chosen = reduction.axes[position]
  if (!chosen) return []
  const sizes = reduction.axes.map(({ size }, axis) => (axis === position ? Math.ceil(size / 4) : size))
  const blocks = sizes.reduce((product, size) => product * size, 1)
  // k counts through the axes in their order, so that neighbouring k read neighbouring places.
  const values = new Map<string, Index>()
  let rest = variableIndex('k', blocks)
  let inner: Index = constantIndex(0)
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const size = sizes[axis] as number
    let index = axis === 0 ? rest : moduloIndex(rest, size)
    rest = divideIndex(rest, size)
    if (axis === position) {
      index = addIndex(scaleIndex(index, 4), variableIndex('inner', 4))
      inner = index
    }
    values.set(reduction.axes[axis]?.variable ?? '', index)
  }
  // Where four does not divide the axis, both factors are 0 beyond its end.
  const bounds = chosen.size % 4 === 0 ? [] : [{ index: inner, min: 0, max: chosen.size - 1 }]
  const bound = (factor: Expression): Expression =>
    arena.guard(bounds, arena.substitute(factor, values), arena.constant(0, 'float32'))
  const [boundX, boundY] = [bound(x), bound(y)]
  return (['lane', 'inner'] as const).map((along) => {
    const other = along === 'lane' ? 'inner' : 'lane'
    const parts = [0, 1, 2, 3].map((n) => arena.substitute(boundY, new Map([[other, constantIndex(n)]])))
    const factors = { x: boundX, y: parts }
    return { factors, blocks, along, cost: countLoads(arena, [factors], along) / 4 }
  })
}

/** The factors of texel (2 qx + dx, 2 qy + dy). */
function moveFactors(arena: ExpressionArena, factors: Factors, layout: Layout, texel: number): Factors {
  const place = (name: string, size: number, step: number): Index =>
    addIndex(scaleIndex(variableIndex(name, Math.ceil(size / 2)), 2), constantIndex(step))
  const values = new Map([
    ['x', place('qx', layout.width, texel & 1)],
    ['y', place('qy', layout.height, texel >> 1)],
  ])
  return { x: arena.substitute(factors.x, values), y: factors.y.map((part) => arena.substitute(part, values)) }
}

function countLoads(arena: ExpressionArena, texels: readonly Factors[], along: 'lane' | 'inner'): number {
  const fetches = new Set<string>()
  for (const { x, y } of texels) {
    collectFetches(arena, [x], 'inner', fetches)
    collectFetches(arena, y, along, fetches)
  }
  return fetches.size
}

/** Emits the loop; the emitter's `total` names the sums afterwards. */
export function emitProduct(emitter: Emitter, product: Product): void {
  const { quad, blocks, along, texels } = product
  emitter.total = emitter.name('total')
  const sums = texels.map(() => emitter.name('sum'))
  if (quad) emitter.line('int qx = x >> 1; int qy = y >> 1; int own = (y & 1) * 2 + (x & 1);')
  for (const sum of sums) emitter.line(`vec4 ${sum} = vec4(0.0);`)
  emitter.open(['k'])
  texels.forEach(({ x, y }, texel) => {
    const sum = sums[texel] as string
    const xs = emitter.emitWide(x, 'inner')
    if (along === 'lane') {
      y.forEach((part, n) => {
        emitter.line(`${sum} += ${xs}.${'xyzw'[n]} * ${emitter.emitWide(part, 'lane')};`)
      })
    } else {
      const dots = y.map((part) => `dot(${xs}, ${emitter.emitWide(part, 'inner')})`)
      emitter.line(`${sum} += vec4(${dots.join(', ')});`)
    }
  })
  const body = emitter.close()
  if (blocks === 1) emitter.line(`{ const int k = 0;\n${body}\n}`)
  else {
    const range = quad ? `int k = own; k < ${blocks}; k += 4` : `int k = 0; k < ${blocks}; k++`
    emitter.line(`for (${range}) {\n${body}\n}`)
  }
  if (!quad) {
    emitter.line(`vec4 ${emitter.total} = ${sums[0]};`)
    return
  }
  emitter.line('float sideX = (own & 1) == 0 ? -1.0 : 1.0; float sideY = own < 2 ? -1.0 : 1.0;')
  for (const sum of sums) emitter.line(`${sum} = dFdy(sideY * dFdx(sideX * ${sum}));`)
  const [a, b, c, d] = sums
  emitter.line(`vec4 ${emitter.total} = own < 2 ? (own == 0 ? ${a} : ${b}) : (own == 2 ? ${c} : ${d});`)
}
