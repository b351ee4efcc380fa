// Work that leaves loops: the shape of the loop that remains, and values that do not change.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { traceGraph } from '../compile/compile.ts'
import { valueAndGrad } from '../gradient/grad.ts'
import { inlineGraph } from '../graph/rewrite.ts'
import { zeros } from '../ops/create.ts'
import { scan } from '../ops/scan.ts'
import { HostRandom } from '../random/host-random.ts'
import { makeNode } from '../trace/build.ts'
import type { Graph, Node, NodeOf, Primitive } from '../trace/node.ts'
import { Tensor } from '../trace/tensor.ts'
import { expectSameValues } from './fixtures/compare-graphs.ts'
import { countOperations, randomValue } from './fixtures/random-graph.ts'
import { makeRandomScan } from './fixtures/random-scan.ts'
import { hoistScan } from './hoist-scan.ts'
import { optimizeGraph } from './optimize.ts'

describe.each([
  ['hoistScan', hoistScan],
  ['optimizeGraph', (graph: Graph) => optimizeGraph(graph)],
])('%s', (_, pass) => {
  test('keeps the values of random scans', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expectSameValues(makeRandomScan(seed), pass)
      }),
      { numRuns: 150 },
    )
  }, 30_000)
})

test('keeps the gradients of random scans', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const sample = makeRandomScan(seed)
      const loss = (inputs: readonly Tensor[]): Tensor =>
        inlineGraph(
          sample.graph,
          inputs.map(({ node }) => node),
        )
          .map((output) => new Tensor(output).tanh().mean())
          .reduce((sum, part) => sum.add(part))
      const graph = traceGraph(
        (inputs: readonly Tensor[]) => valueAndGrad(loss)(inputs),
        sample.graph.inputs.map(({ shape }) => zeros(shape)),
      )
      const after = expectSameValues({ graph, inputs: sample.inputs }, (before) => optimizeGraph(before))
      // No loop adds up filter gradients.
      expect(countInBodies(after, 'convFilterGradient').every((count) => count === 0)).toBe(true)
    }),
    { numRuns: 40 },
  )
}, 30_000)

const isScan = (node: Node): node is NodeOf<'scan'> => node.operation === 'scan'
const scansOf = (graph: Graph): NodeOf<'scan'>[] => graph.nodes.filter(isScan)
const countInBodies = (graph: Graph, operation: Primitive): number[] =>
  scansOf(graph).map(({ attributes }) => countOperations(attributes.body, operation))
const countOutside = (graph: Graph, operation: Primitive): number =>
  graph.nodes.filter((node) => node.operation === operation).length

/** Optimizes a traced function; its values on random inputs must not change. */
function optimizeTraced<Args extends readonly unknown[]>(fn: (...args: Args) => unknown, ...args: Args): Graph {
  const graph = traceGraph(fn, ...args)
  const random = new HostRandom(1)
  const inputs = graph.inputs.map(({ shape, dtype }) => {
    const value = randomValue(random, shape)
    if (dtype === 'float32') return { ...value, data: value.data.map((number) => number / 4) }
    return { shape, dtype, data: Int32Array.from(value.data, (number) => Math.abs(Math.round(number))) }
  })
  return expectSameValues({ graph, inputs }, (before) => optimizeGraph(before))
}

interface Lstm {
  readonly input: Tensor
  readonly recurrent: Tensor
  readonly bias: Tensor
  readonly output: Tensor
}

const [steps, batch, features, units, classes] = [5, 2, 3, 4, 6]
const lstm: Lstm = {
  input: zeros([features, 4 * units]),
  recurrent: zeros([units, 4 * units]),
  bias: zeros([4 * units]),
  output: zeros([units, classes]),
}

/** All outputs of an LSTM, as it is written in textbooks. */
function runLstm({ input, recurrent, bias, output }: Lstm, x: Tensor, reverse = false): Tensor {
  const step = ([h, c]: [Tensor, Tensor], xt: Tensor): readonly [[Tensor, Tensor], Tensor] => {
    const z = xt.matmul(input).add(h.matmul(recurrent)).add(bias)
    const gate = (index: number): Tensor => z.slice([0, index * units], [batch, units])
    const next = gate(0)
      .sigmoid()
      .mul(c)
      .add(gate(1).sigmoid().mul(gate(2).tanh()))
    const state = gate(3).sigmoid().mul(next.tanh())
    return [[state, next], state.matmul(output)]
  }
  const initial: [Tensor, Tensor] = [zeros([batch, units]), zeros([batch, units])]
  return scan(step, initial, x, { reverse })[1]
}

describe('an LSTM', () => {
  const x = zeros([steps, batch, features])

  test('forwards has one product in its loop, the recurrent one', () => {
    const graph = optimizeTraced((weights, input) => runLstm(weights, input), lstm, x)
    expect(countInBodies(graph, 'matmul')).toEqual([1])
    expect(countOutside(graph, 'matmul')).toBe(2)
    // The bias went with the product of the inputs.
    expect(countInBodies(graph, 'broadcast')).toEqual([0])
    const [product] = graph.nodes.filter(({ operation }) => operation === 'matmul') as [Node]
    expect(product.shape).toEqual([steps * batch, 4 * units])
  })

  test.each([false, true])('backwards has no weight gradient in its loop (reverse: %s)', (reverse) => {
    const loss = (weights: Lstm, input: Tensor): Tensor => runLstm(weights, input, reverse).square().mean()
    const graph = optimizeTraced((weights, input) => valueAndGrad(loss)(weights, input), lstm, x)
    expect(scansOf(graph)).toHaveLength(2)
    expect(countInBodies(graph, 'matmul')).toEqual([1, 1])
    expect(countInBodies(graph, 'sum')).toEqual([0, 0])
    // Nothing is carried but h and c, and their gradients.
    expect(scansOf(graph).map(({ attributes }) => attributes.carries)).toEqual([2, 2])
    // Inputs, outputs; their gradients: two weights each, the way back through the outputs, the recurrent weights.
    expect(countOutside(graph, 'matmul')).toBe(6)
    // The gradients of the four gates are put together, not padded and added.
    expect(countInBodies(graph, 'pad')).toEqual([0, 0])
    expect(countInBodies(graph, 'concat')).toEqual([0, 1])
  })
})

describe('before the loop', () => {
  const h = zeros([batch, units])

  test('lookups and their gradients leave the loop', () => {
    const words = new Tensor(makeNode('cast', [zeros([steps, batch]).node], { dtype: 'int32' }))
    const loss = (table: Tensor, indices: Tensor): Tensor =>
      scan(
        (state: Tensor, index: Tensor) => [state.mul(0.5).add(table.gather(index)).tanh(), undefined],
        h,
        indices,
      )[0].sum()
    const graph = optimizeTraced((table, indices) => valueAndGrad(loss)(table, indices), zeros([7, units]), words)
    expect(countInBodies(graph, 'gather')).toEqual([0, 0])
    expect(countInBodies(graph, 'scatterAdd')).toEqual([0, 0])
    expect([countOutside(graph, 'gather'), countOutside(graph, 'scatterAdd')]).toEqual([1, 1])
  })

  test('convolutions of frames become one, and so do their filter gradients', () => {
    const loss = (filter: Tensor, frames: Tensor): Tensor => {
      const convolve = (frame: Tensor): Tensor =>
        new Tensor(
          makeNode('conv2d', [frame.node, filter.node], {
            stride: [1, 1],
            padding: { top: 1, bottom: 1, left: 1, right: 1 },
            dilation: [1, 1],
            groups: 1,
          }),
        )
      const step = (state: Tensor, frame: Tensor): readonly [Tensor, undefined] => [
        state.mul(0.5).add(convolve(frame)).tanh(),
        undefined,
      ]
      return scan(step, zeros([batch, 3, 4, 4]), frames)[0].sum()
    }
    const args = [zeros([3, 2, 3, 3]), zeros([steps, batch, 2, 4, 4])] as const
    const graph = optimizeTraced((filter, frames) => valueAndGrad(loss)(filter, frames), ...args)
    for (const operation of ['conv2d', 'convFilterGradient'] as const) {
      expect(countInBodies(graph, operation)).toEqual([0, 0])
      expect(countOutside(graph, operation)).toBe(1)
    }
  })

  test('what is the same in every step is computed once', () => {
    const run = (weights: Tensor): Tensor =>
      scan((state: Tensor) => [state.matmul(weights.matmul(weights)).tanh(), undefined], h, undefined, {
        length: steps,
      })[0]
    const graph = optimizeTraced(run, zeros([units, units]))
    expect(countInBodies(graph, 'matmul')).toEqual([1])
    expect(countOutside(graph, 'matmul')).toBe(1)
  })

  test('a short sequence is not blown up, and cheap arithmetic stays', () => {
    const run = (x: Tensor, decay: Tensor, bias: Tensor): Tensor => {
      const step = (state: Tensor, [frame, rate]: readonly [Tensor, Tensor]): readonly [Tensor, undefined] => [
        state.mul(rate.exp()).add(frame.mul(2)).add(bias).tanh(),
        undefined,
      ]
      return scan(step, zeros([100, 100]), [x, decay] as const)[0]
    }
    const graph = traceGraph(run, zeros([steps, 100, 100]), zeros([steps, 1, 1]), zeros([100]))
    const [loop] = scansOf(optimizeGraph(graph)) as [NodeOf<'scan'>]
    const given = loop.inputs.slice(1).map(({ shape }) => shape)
    expect(given).toContainEqual([steps, 1, 1])
    expect(given.filter((shape) => shape.join() === [steps, 100, 100].join())).toHaveLength(1)
  })
})

describe('after the loop', () => {
  const weights = zeros([units, units])
  const h = zeros([batch, units])
  const last = (graph: Graph): NodeOf<'scan'> => scansOf(graph).at(-1) as NodeOf<'scan'>

  test('a running sum that is also a result stays a carry', () => {
    const run = (x: Tensor): Tensor => scan((sum: Tensor, xt: Tensor) => [sum.add(xt), sum.add(xt)], h, x)[1]
    const graph = optimizeTraced(run, zeros([steps, batch, units]))
    expect(last(graph).attributes.carries).toBe(1)
  })

  test('a sum of what the loop computes is taken after it', () => {
    const run = (matrix: Tensor): Tensor => {
      const step = ([state, total]: [Tensor, Tensor]): readonly [[Tensor, Tensor], undefined] => {
        const next = state.matmul(matrix).tanh()
        return [[next, total.add(next.square().sum())], undefined]
      }
      return scan(step, [h, zeros([])] as [Tensor, Tensor], undefined, { length: steps })[0][1]
    }
    const graph = optimizeTraced(run, weights)
    expect(last(graph).attributes.carries).toBe(1)
    expect(countInBodies(graph, 'sum')).toEqual([0])
  })

  test('terms that would take too much room stay, the others leave', () => {
    const large = 800
    const run = (x: Tensor, y: Tensor): Tensor => {
      const step = (sum: Tensor, [a, b]: readonly [Tensor, Tensor]): readonly [Tensor, undefined] => [
        sum.add(a.transpose().matmul(a)).add(b.transpose().matmul(b).tanh()),
        undefined,
      ]
      return scan(step, zeros([large, large]), [x, y] as const)[0]
    }
    const sequence = zeros([3, 1, large])
    const graph = optimizeGraph(traceGraph(run, sequence, sequence))
    expect(last(graph).attributes.carries).toBe(1)
    expect(countInBodies(graph, 'add')).toEqual([1])
    // The one that left is a single product over all steps.
    const [, product] = (graph.outputs[0] as Node).inputs as [Node, Node]
    expect(product.operation).toBe('matmul')
    expect(product.inputs.map(({ shape }) => shape)).toEqual([
      [large, 3],
      [3, large],
    ])
  })

  test('a reduction of the states stays, for what it reads is larger than what it gives', () => {
    const run = (matrix: Tensor): Tensor => {
      const step = (state: Tensor): readonly [Tensor, Tensor] => {
        const next = state.matmul(matrix).tanh()
        return [next, next.square().exp().sum()]
      }
      return scan(step, h, undefined, { length: steps })[1]
    }
    const graph = optimizeTraced(run, weights)
    expect(countInBodies(graph, 'sum')).toEqual([1])
  })

  test.each([false, true])('earlier states are read from the later ones (reverse: %s)', (reverse) => {
    const run = (matrix: Tensor, x: Tensor): readonly [Tensor, Tensor] => {
      const step = (state: Tensor, xt: Tensor): readonly [Tensor, [Tensor, Tensor]] => {
        const next = state.matmul(matrix).add(xt).tanh()
        return [next, [state, next]]
      }
      return scan(step, h, x, { reverse })[1]
    }
    const graph = optimizeTraced(run, weights, zeros([steps, batch, units]))
    expect(last(graph).attributes.body.outputs).toHaveLength(2)
    expect(countOutside(graph, 'concat')).toBe(1)
  })
})

test('loops within loops are seen to', () => {
  const run = (x: Tensor, weights: Tensor): Tensor => {
    const inner = (state: Tensor, rows: Tensor): Tensor =>
      scan((s: Tensor, row: Tensor) => [s.add(row.matmul(weights)).tanh(), undefined], state, rows)[0]
    return scan((state: Tensor, rows: Tensor) => [inner(state, rows), undefined], zeros([1, units]), x)[0]
  }
  const graph = optimizeTraced(run, zeros([steps, 3, 1, features]), zeros([features, units]))
  expect(countInBodies(graph, 'matmul')).toEqual([0])
  expect(countOutside(graph, 'matmul')).toBe(1)
})
