// Scans against loops written in the test.
import { describe, expect, test } from 'vitest'
import { makeGraph } from '../../graph/graph.ts'
import { type HostArray, toHostArray } from '../../host/host-array.ts'
import { makeConstant, makeInput, makeItem, makeNode } from '../../trace/build.ts'
import type { Graph, Node } from '../../trace/node.ts'
import type { TensorType } from '../../trace/types.ts'
import { float } from './fixtures/run-primitive.ts'
import { runGraphOnHost } from './run-on-host.ts'

const vector: TensorType = { shape: [3], dtype: 'float32' }

/** h ← 2h + x · w; results: the new h, and x itself. */
function makeBody(): Graph {
  const [h, x, w] = [makeInput('h', vector), makeInput('x', vector), makeInput('w', vector)]
  const two = makeNode('broadcast', [makeConstant(float([2]))], { shape: [3] })
  const next = makeNode('add', [makeNode('mul', [h, two], {}), makeNode('mul', [x, w], {})], {})
  return makeGraph([h, x, w], [next, next, x])
}

function scanAll(inputs: readonly Node[], length: number, reverse: boolean): Node[] {
  const scan = makeNode('scan', inputs, { length, body: makeBody(), carries: 1, sequences: 1, reverse })
  return scan.results.map((_, index) => makeItem(scan, index))
}

function expected(h: number[], xs: number[][], w: number[], reverse: boolean): { last: number[]; results: number[][] } {
  const results: number[][] = []
  let carry = h
  for (let step = 0; step < xs.length; step++) {
    const place = reverse ? xs.length - 1 - step : step
    carry = carry.map((value, i) => 2 * value + (xs[place]?.[i] as number) * (w[i] as number))
    results[place] = carry
  }
  return { last: carry, results }
}

const h = [1, 2, 3]
const w = [1, -1, 0.5]
const xs = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
  [10, 11, 12],
]

describe.each([false, true])('reverse %s', (reverse) => {
  test.each([1, 2, 3, 4])('%i steps', (length) => {
    const steps = xs.slice(0, length)
    const values = [float(h), float(steps), float(w)]
    const inputs = values.map((value, i) => makeInput(`input ${i}`, value))
    const [last, states, copies] = runGraphOnHost(makeGraph(inputs, scanAll(inputs, length, reverse)), values)
    const loop = expected(h, steps, w, reverse)
    expect(last).toEqual(float(loop.last))
    expect(states).toEqual(float(loop.results))
    expect(copies).toEqual(float(steps))
  })

  test('no steps: the carry stays, the results are empty', () => {
    const values: HostArray[] = [float(h), { shape: [0, 3], dtype: 'float32', data: new Float32Array(0) }, float(w)]
    const inputs = values.map((value, i) => makeInput(`input ${i}`, value))
    const [last, states] = runGraphOnHost(makeGraph(inputs, scanAll(inputs, 0, reverse)), values)
    expect(last).toEqual(float(h))
    expect(states?.shape).toEqual([0, 3])
  })

  test('strided inputs: a transposed sequence, a broadcast constant, a flipped carry', () => {
    const columns = toHostArray(xs[0]?.map((_, i) => xs.map((row) => row[i] as number)) as number[][])
    const carry = makeConstant(float([...h].reverse()))
    const inputs = [
      makeNode('flip', [carry], { axes: [0] }),
      makeNode('permute', [makeConstant(columns)], { axes: [1, 0] }),
      makeNode('broadcast', [makeConstant(float([3]))], { shape: [3] }),
    ]
    const [last, states, copies] = runGraphOnHost(makeGraph([], scanAll(inputs, 4, reverse)), [])
    const loop = expected(h, xs, [3, 3, 3], reverse)
    expect(last).toEqual(float(loop.last))
    expect(states).toEqual(float(loop.results))
    expect(copies).toEqual(float(xs))
  })
})

test('carries that change places', () => {
  const scalar: TensorType = { shape: [], dtype: 'int32' }
  const [a, b] = [makeInput('a', scalar), makeInput('b', scalar)]
  // Fibonacci: (a, b) ← (b, a + b)
  const body = makeGraph([a, b], [b, makeNode('add', [a, b], {}), a])
  const start = [0, 1].map((value) => makeConstant(toHostArray(value, { dtype: 'int32' })))
  const scan = makeNode('scan', start, { length: 10, body, carries: 2, sequences: 0, reverse: false })
  const outputs = [0, 1, 2].map((index) => makeItem(scan, index))
  const values = runGraphOnHost(makeGraph([], outputs), [])
  expect(values.map((value) => Array.from(value.data))).toEqual([[55], [89], [0, 1, 1, 2, 3, 5, 8, 13, 21, 34]])
})

test('a scan within a scan', () => {
  const scalar: TensorType = { shape: [], dtype: 'float32' }
  const [total, number] = [makeInput('total', scalar), makeInput('number', scalar)]
  const innerBody = makeGraph([total, number], [makeNode('add', [total, number], {})])
  const [sum, row] = [makeInput('sum', scalar), makeInput('row', vector)]
  const inner = makeNode('scan', [sum, row], { length: 3, body: innerBody, carries: 1, sequences: 1, reverse: true })
  const outerBody = makeGraph([sum, row], [inner, inner])
  const attributes = { length: 4, body: outerBody, carries: 1, sequences: 1, reverse: false }
  const outer = makeNode('scan', [makeConstant(float(0)), makeConstant(float(xs))], attributes)
  const [last, partial] = runGraphOnHost(makeGraph([], [outer, makeItem(outer, 1)]), [])
  expect(last).toEqual(float(78))
  expect(partial).toEqual(float([6, 21, 45, 78]))
})
