// scan against the loop it stands for: values, gradients and second gradients of random bodies; what the way back
// computes; and graphs too deep for recursion.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runGraphOnHost } from '../backend/reference/run-on-host.ts'
import { traceGraph } from '../compile/compile.ts'
import { flattenTree } from '../compile/tree.ts'
import { makeGraph } from '../graph/graph.ts'
import { printGraph } from '../graph/print.ts'
import type { HostArray } from '../host/host-array.ts'
import { ones, tensor, zeros } from '../ops/create.ts'
import { type Carry, makeRandomBody, type Outside, type Step, unroll, width } from '../ops/fixtures/random-body.ts'
import { scan } from '../ops/scan.ts'
import { optimizeGraph } from '../passes/optimize.ts'
import { HostRandom } from '../random/host-random.ts'
import { makeInput } from '../trace/build.ts'
import type { Graph, NodeOf, Operation } from '../trace/node.ts'
import { Tensor } from '../trace/tensor.ts'
import { type Shape, sizeOf } from '../trace/types.ts'
import { grad, valueAndGrad } from './grad.ts'

type Loop = typeof unroll

/** scan with the arguments of `unroll`. */
const asScan: Loop = (body, initial, sequences, length, reverse) => scan(body, initial, sequences, { length, reverse })

/** Loss, gradient and a second gradient of a random loop with respect to all that is a float around it. */
function differentiateLoop(
  loop: Loop,
  seed: number,
  length: number,
  reverse: boolean,
): { graph: Graph; values: HostArray[] } {
  const random = new HostRandom(seed)
  const shapes: Shape[] = [[width], [width], [], [length, width], [width, width], [width], []]
  const values = shapes.map((shape): HostArray => {
    return { shape, dtype: 'float32', data: Float64Array.from({ length: sizeOf(shape) }, () => 0.8 * random.normal()) }
  })
  const loss = (floats: readonly Tensor[]): Tensor => {
    const [h, inner, total, x, matrix, vector, scalar] = floats as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ]
    const outside: Outside = { matrix, vector, scalar }
    const initial: Carry = {
      states: [h, { inner }],
      total,
      count: tensor(1, { dtype: 'int32' }),
      flags: tensor([true, false]),
    }
    const index = tensor(Int32Array.from({ length }, (_, i) => i % width))
    const [last, results] = loop(makeRandomBody(seed, outside), initial, { x, index } as Step, length, reverse)
    // Weights that no two places share.
    return [...flattenTree<Tensor>(last).leaves, ...flattenTree<Tensor>(results).leaves]
      .map((part, i) =>
        part
          .cast('float32')
          .reshape([-1])
          .mul(Array.from({ length: part.size }, (_, j) => Math.cos(3 * i + j)))
          .sum(),
      )
      .reduce((sum, part) => sum.add(part))
  }
  const slope = (floats: readonly Tensor[]): Tensor =>
    (grad(loss)(floats) as readonly Tensor[])
      .map((part, i) =>
        part
          .reshape([-1])
          .mul(Array.from({ length: part.size }, (_, j) => Math.sin(5 * i + j + 1)))
          .sum(),
      )
      .reduce((sum, part) => sum.add(part))
  const inputs = shapes.map((shape, i) => makeInput(`x${i}`, { shape, dtype: 'float32' }))
  const leaves = inputs.map((input) => new Tensor(input))
  const first = valueAndGrad(loss)(leaves)
  const second = grad(slope)(leaves) as readonly Tensor[]
  const outputs = [first.value, ...(first.gradient as readonly Tensor[]), ...second]
  return { graph: makeGraph(inputs, outputs.map(({ node }) => node)), values } // biome-ignore format: short
}

/** The largest difference between two lists of arrays, relative to the numbers in them. */
function largestDistance(a: readonly HostArray[], b: readonly HostArray[]): number {
  let largest = 0
  a.forEach(({ shape, data }, i) => {
    expect(b[i]?.shape).toEqual(shape)
    for (const [j, number] of data.entries()) {
      const other = b[i]?.data[j] as number
      const distance = Math.abs(number - other) / Math.max(1, Math.abs(number))
      largest = Number.isFinite(distance) ? Math.max(largest, distance) : Number.POSITIVE_INFINITY
    }
  })
  return largest
}

describe('random bodies against the loop written out', () => {
  const parameters = [fc.nat({ max: 10 ** 6 }), fc.integer({ min: 1, max: 4 }), fc.boolean()] as const

  test('value, gradient and second gradient', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(...parameters, (seed, length, reverse) => {
        const [loop, looped] = [unroll, asScan].map((way) => differentiateLoop(way as Loop, seed, length, reverse)) as [
          ReturnType<typeof differentiateLoop>,
          ReturnType<typeof differentiateLoop>,
        ]
        const expected = runGraphOnHost(loop.graph, loop.values, { precision: 'double' })
        const actual = runGraphOnHost(looped.graph, loop.values, { precision: 'double' })
        expect(largestDistance(expected, actual)).toBeLessThan(1e-8)
        // Passes may compute with constants in float32.
        const optimized = runGraphOnHost(optimizeGraph(looped.graph), loop.values, { precision: 'double' })
        expect(largestDistance(expected, optimized)).toBeLessThan(1e-4)
      }),
      { numRuns: 15 },
    )
  })
})

test('no steps: the carry passes its gradient on, everything else gets zeros', async () => {
  const loss = ({ h, x, w }: { h: Tensor; x: Tensor; w: Tensor }): Tensor => {
    const [last, all] = scan((carry: Tensor, step: Tensor) => [carry.mul(w).add(step).tanh(), carry], h, x)
    return last.mul([2, 3]).sum().add(all.sum())
  }
  const { value, gradient } = valueAndGrad(loss)({ h: tensor([5, 7]), x: zeros([0, 2]), w: ones([2]) })
  expect(await value.array()).toBe(31)
  expect(await gradient.h.array()).toEqual([2, 3])
  expect(gradient.x.shape).toEqual([0, 2])
  expect(await gradient.w.array()).toEqual([0, 0])
})

test('captured at two levels, a product of powers by hand', async () => {
  // The inner loop multiplies by w three times, the outer runs it twice: h w⁶, with gradient 6 h w⁵ and 30 h w⁴.
  const sixth = (w: Tensor): Tensor => {
    const cube = (h: Tensor): Tensor => scan((c: Tensor) => [c.mul(w), undefined], h, undefined, { length: 3 })[0]
    return scan((c: Tensor) => [cube(c), undefined], tensor(2), undefined, { length: 2 })[0]
  }
  expect(await sixth(tensor(2)).array()).toBe(128)
  expect(await grad(sixth)(tensor(2)).array()).toBe(2 * 6 * 32)
  expect(await grad(grad(sixth))(tensor(2)).array()).toBe(2 * 30 * 16)
  expect(await grad(grad(grad(sixth)))(tensor(2)).array()).toBe(2 * 120 * 8)
})

/** The bodies of all scans of a graph, inner ones too, by direction. */
function listScans(graph: Graph): NodeOf<'scan'>[] {
  return graph.nodes.flatMap((node) => (node.operation === 'scan' ? [node, ...listScans(node.attributes.body)] : []))
}

function countOperations(graph: Graph): Partial<Record<Operation, number>> {
  const counts: Partial<Record<Operation, number>> = {}
  for (const { operation } of graph.nodes) counts[operation] = (counts[operation] ?? 0) + 1
  return counts
}

describe('what the way back computes', () => {
  const transcendental: readonly Operation[] = ['exp', 'log', 'sqrt', 'tanh', 'sigmoid', 'sin', 'cos', 'pow', 'div']

  /** A gated unit: three products, two kinds of curves. */
  const loss = (w: { u: Tensor; v: Tensor; z: Tensor }, x: Tensor, h: Tensor): Tensor => {
    const [, states] = scan(
      (carry: Tensor, step: Tensor) => {
        const gate = carry.matmul(w.z).sigmoid()
        const candidate = step.matmul(w.u).add(carry.mul(gate).matmul(w.v)).tanh()
        const next = gate.mul(carry).add(gate.neg().add(1).mul(candidate))
        return [next, next]
      },
      h,
      x,
    )
    return states.square().sum()
  }
  const example = { u: ones([3, 4]), v: ones([4, 4]), z: ones([4, 4]) }
  const graph = traceGraph(valueAndGrad(loss), example, ones([6, 2, 3]), ones([2, 4]))

  test('repeats no product and no curve of the way forth', () => {
    const [forth, back] = listScans(graph) as [NodeOf<'scan'>, NodeOf<'scan'>]
    expect([forth.attributes.reverse, back.attributes.reverse]).toEqual([false, true])
    const forward = countOperations(forth.attributes.body)
    const backward = countOperations(back.attributes.body)
    expect(forward.matmul).toBe(3)
    // Two for each product: one for each of its arguments; none for the sequence, which is not differentiated.
    expect(backward.matmul).toBeLessThanOrEqual(6)
    for (const operation of transcendental) expect(backward[operation], operation).toBeUndefined()
    expect(listScans(graph)).toHaveLength(2)
    expect(printGraph(graph)).toContain('reverse=true')
  })

  test('neither does it for the gradient of the gradient', () => {
    const twice = traceGraph(
      (w: Tensor, x: Tensor, h: Tensor) =>
        grad((v: Tensor) => {
          const { gradient } = valueAndGrad((u: Tensor) => {
            const [last] = scan((c: Tensor, s: Tensor) => [c.mul(u).add(s).tanh().exp().sin(), undefined], h, x)
            return last.sum()
          })(v)
          return gradient.square().sum()
        })(w),
      ones([3]),
      ones([5, 3]),
      ones([3]),
    )
    const scans = listScans(optimizeGraph(twice))
    const curves = scans.map(({ attributes }) => countOperations(attributes.body))
    // tanh and exp once, in the first loop; sin once, and its cosine once for each derivative.
    const total = (operation: Operation): number => curves.reduce((sum, counts) => sum + (counts[operation] ?? 0), 0)
    expect([total('tanh'), total('exp')]).toEqual([1, 1])
    expect(total('sin')).toBeLessThanOrEqual(2)
    expect(total('cos')).toBeLessThanOrEqual(2)
  })

  test('a sequence and a constant are read where they are, not kept a second time', () => {
    const product = (w: Tensor, x: Tensor): Tensor => {
      const [last] = scan((c: Tensor, s: Tensor) => [c.add(s.mul(w)), undefined], zeros([3]), x)
      return last.sum()
    }
    const [forth, back] = listScans(traceGraph(grad(product), ones([3]), ones([5, 3])))
    // Neither w nor x changes: nothing has to be stacked by the first scan, if it is needed at all.
    for (const scanned of [forth, back])
      if (scanned && !scanned.attributes.reverse) expect(scanned.results).toHaveLength(1)
    expect(countOperations((back ?? forth)?.attributes.body as Graph).matmul).toBeUndefined()
  })
})

describe('depth', () => {
  test('5,000 steps of a scan, and the same written out, with their gradients', { timeout: 30_000 }, async () => {
    const steps = 5000
    const body = (carry: Tensor, x: Tensor) => [carry.mul(0.999).add(x.mul(0.001)).sin(), undefined] as const
    const scanned = (x: Tensor): Tensor => scan(body, tensor(0.5), x)[0]
    const written = (x: Tensor): Tensor => unroll(body, tensor(0.5), x, steps, false)[0]
    const x = ones([steps])
    const looped = valueAndGrad(scanned)(x)
    const unrolled = valueAndGrad((all: Tensor) => {
      // The steps as arguments of their own: otherwise 5,000 gradients of the whole sequence are added up.
      let carry: Tensor = tensor(0.5)
      for (let i = 0; i < steps; i++) carry = body(carry, all)[0]
      return carry
    })(tensor(1))
    expect(await looped.value.array()).toBeCloseTo((await unrolled.value.array()) as number, 5)
    expect(await looped.gradient.sum().array()).toBeCloseTo((await unrolled.gradient.array()) as number, 4)
    expect(await written(ones([steps]).mul(1)).array()).toBeCloseTo((await looped.value.array()) as number, 5)
  })

  test('20,000 nodes in a row do not overflow the stack, nor do they inside of a scan or a gradient', {
    timeout: 30_000,
  }, async () => {
    const chain = (x: Tensor): Tensor => {
      let y = x
      for (let i = 0; i < 10_000; i++) y = y.mul(0.9999).add(1e-4)
      return y
    }
    const { value, gradient } = valueAndGrad((x: Tensor) => chain(x).sum())(tensor([1, 2]))
    expect(await value.array()).toBeCloseTo(2 + 0.9999 ** 10_000, 3)
    expect(await gradient.array()).toEqual([expect.closeTo(0.9999 ** 10_000, 3), expect.closeTo(0.9999 ** 10_000, 3)])
    const [last] = scan((carry: Tensor) => [chain(carry), undefined], tensor(1), undefined, { length: 2 })
    expect(await last.array()).toBeCloseTo(1, 3)
  })
})
