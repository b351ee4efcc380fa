// The contract of a backend: runs, memory that returns to where it began, donation, debug mode, and typed errors.
import { describe, expect, test } from 'vitest'
import { BackendError, NonFiniteError } from '../../errors.ts'
import { makeGraph } from '../../graph/graph.ts'
import { makeConstant, makeInput, makeItem, makeNode } from '../../trace/build.ts'
import type { Graph, Node } from '../../trace/node.ts'
import { recordOrigins } from '../../trace/origin.ts'
import type { TensorType } from '../../trace/types.ts'
import { float } from './fixtures/run-primitive.ts'
import { openReference } from './reference-backend.ts'
import { evaluateNode, runGraphOnHost } from './run-on-host.ts'

const vector: TensorType = { shape: [4], dtype: 'float32' }
const numbers = float([1, 2, 3, 4])

/** (x + x)·x and the chain of squares that needs intermediate buffers. */
function makeExample(): Graph {
  const x = makeInput('x', vector)
  const doubled = makeNode('add', [x, x], {})
  const product = makeNode('mul', [doubled, x], {})
  return makeGraph(
    [x],
    [product, makeNode('sum', [makeNode('exp', [makeNode('neg', [product], {})], {})], { axes: [0] })],
  )
}

test('runs again and again, with fresh outputs', async () => {
  const backend = openReference()
  const executable = await backend.compile(makeExample())
  const first = await executable.run([backend.upload(numbers)])
  const second = await executable.run([backend.upload(float([0, 0, 0, 1]))])
  expect(await first[0]?.array()).toEqual([2, 8, 18, 32])
  expect(await second[0]?.array()).toEqual([0, 0, 0, 2])
  expect(await second[1]?.array()).toBeCloseTo(3 + Math.exp(-2), 6)
  expect(executable.stats.kernels).toBe(5)
})

test('memory returns to where it began', async () => {
  const backend = openReference()
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 })
  const executable = await backend.compile(makeExample())
  const compiled = backend.memory()
  expect(compiled.bytes).toBe(executable.stats.bytes)
  const input = backend.upload(numbers)
  for (let repeat = 0; repeat < 3; repeat++) {
    const outputs = await executable.run([input])
    expect(backend.memory()).toEqual({ buffers: compiled.buffers + 3, bytes: compiled.bytes + 36 })
    for (const output of outputs) output.dispose()
  }
  input.dispose()
  input.dispose()
  expect(backend.memory()).toEqual(compiled)
  executable.dispose()
  executable.dispose()
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 })
})

test('a long chain needs two buffers at most', async () => {
  const x = makeInput('x', vector)
  let node: Node = x
  for (let i = 0; i < 1000; i++) node = makeNode('cos', [makeNode('flip', [node], { axes: [0] })], {})
  const backend = openReference()
  const executable = await backend.compile(makeGraph([x], [node]))
  expect(executable.stats.bytes).toBeLessThanOrEqual(32)
  // The fixed point of the cosine.
  const [result] = await executable.run([backend.upload(numbers)])
  for (const number of (await result?.data()) ?? []) expect(number).toBeCloseTo(0.7390851332, 6)
})

describe('donation', () => {
  /** w ← w − g, with a second output that needs the old w. */
  function makeUpdate(): Graph {
    const [w, g] = [makeInput('w', vector), makeInput('g', vector)]
    return makeGraph([w, g], [makeNode('sub', [w, g], {}), makeNode('sum', [w], { axes: [0] })])
  }

  test('donated inputs are disposed and give their memory to outputs', async () => {
    const backend = openReference()
    const executable = await backend.compile(makeUpdate(), { donate: [0] })
    const g = backend.upload(float([1, 1, 1, 1]))
    let w = backend.upload(numbers)
    for (let step = 0; step < 3; step++) {
      const before = backend.memory()
      const [next, sum] = await executable.run([w, g])
      expect(w.disposed).toBe(true)
      expect(await sum?.array()).toBe(10 - 4 * step)
      sum?.dispose()
      expect(backend.memory()).toEqual(before)
      if (!next) throw new Error('no output')
      w = next
    }
    expect(await w.array()).toEqual([-2, -1, 0, 1])
    expect(g.disposed).toBe(false)
  })

  test('numbers that were read stay as they were', async () => {
    const backend = openReference()
    const executable = await backend.compile(makeUpdate(), { donate: [0] })
    const w = backend.upload(numbers)
    const seen = await w.data()
    await executable.run([w, backend.upload(numbers)])
    expect(Array.from(seen)).toEqual([1, 2, 3, 4])
    await expect(w.data()).rejects.toThrow(BackendError)
  })

  test('one array for two inputs', async () => {
    const backend = openReference()
    const executable = await backend.compile(makeUpdate(), { donate: [0] })
    const w = backend.upload(numbers)
    const [difference, sum] = await executable.run([w, w])
    expect(await difference?.array()).toEqual([0, 0, 0, 0])
    expect(await sum?.array()).toBe(10)
  })

  test('an input that is an output, and one that nothing reads', async () => {
    const backend = openReference()
    const [a, b] = [makeInput('a', vector), makeInput('b', vector)]
    const executable = await backend.compile(makeGraph([a, b], [a, a]), { donate: [0, 1] })
    const outputs = await executable.run([backend.upload(numbers), backend.upload(numbers)])
    expect(await outputs[0]?.array()).toEqual([1, 2, 3, 4])
    expect(await outputs[1]?.array()).toEqual([1, 2, 3, 4])
  })
})

test('upload takes a copy, in the backend’s precision', async () => {
  const data = new Float32Array([0.1])
  const [single, double] = [openReference(), openReference({ precision: 'double' })]
  const arrays = [single, double].map((backend) => backend.upload({ shape: [1], dtype: 'float32', data }))
  data[0] = 5
  expect(await arrays[0]?.data()).toEqual(Float32Array.of(0.1))
  expect(await arrays[1]?.data()).toEqual(Float64Array.of(Math.fround(0.1)))
})

describe('debug mode', () => {
  const logarithm = (): Graph => {
    const x = makeInput('x', { shape: [2, 2], dtype: 'float32' })
    const log = recordOrigins(() => makeNode('log', [x], {}))
    return makeGraph([x], [makeNode('neg', [log], {})])
  }
  const values = float([
    [1, 2],
    [0, -1],
  ])

  test('names the node, its type, the first bad index, and where it was built', async () => {
    const backend = openReference()
    const executable = await backend.compile(logarithm(), { debug: true })
    const run = executable.run([backend.upload(values)])
    await expect(run).rejects.toThrow(NonFiniteError)
    await expect(run).rejects.toThrow(/log \(node 1, float32\[2, 2\]\), built at .*reference-backend\.test\.ts/)
    await expect(run).rejects.toThrow('received -Infinity at index [1, 0]')
  })

  test('is off unless asked for', () => {
    expect(Array.from(runGraphOnHost(logarithm(), [values])[0]?.data ?? [])).toEqual([
      -0,
      Math.fround(-Math.LN2),
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ])
  })

  test('names the step of a scan', () => {
    const scalar: TensorType = { shape: [], dtype: 'float32' }
    const [h, x] = [makeInput('h', scalar), makeInput('x', scalar)]
    const body = makeGraph([h, x], [makeNode('div', [h, x], {})])
    const inputs = [makeConstant(float(1)), makeConstant(float([1, 2, 0, 4]))]
    const scan = makeNode('scan', inputs, { length: 4, body, carries: 1, sequences: 1, reverse: false })
    const run = () => runGraphOnHost(makeGraph([], [makeItem(scan, 0)]), [], { debug: true })
    expect(run).toThrow(NonFiniteError)
    expect(run).toThrow('div (node 2, float32[], in step 2 of a scan)')
  })
})

describe('mistakes', () => {
  test('inputs of another type, number or backend', async () => {
    const backend = openReference()
    const executable = await backend.compile(makeExample())
    await expect(executable.run([])).rejects.toThrow(BackendError)
    await expect(executable.run([backend.upload(float([1]))])).rejects.toThrow(
      'expected float32[4], received float32[1]',
    )
    await expect(executable.run([openReference().upload(numbers)])).rejects.toThrow(BackendError)
    expect(() => runGraphOnHost(makeExample(), [float([1])])).toThrow('expected float32[4], received float32[1]')
  })

  test('use after dispose and after close', async () => {
    const backend = openReference()
    const executable = await backend.compile(makeExample())
    const input = backend.upload(numbers)
    executable.dispose()
    await expect(executable.run([input])).rejects.toThrow('Compile the graph again.')
    backend.close()
    expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 })
    expect(() => backend.upload(numbers)).toThrow(BackendError)
    await expect(backend.compile(makeExample())).rejects.toThrow(BackendError)
    input.dispose()
    expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 })
  })
})

test('an executable still works after a run that failed', async () => {
  const x = makeInput('i', { shape: [1], dtype: 'int32' })
  const graph = makeGraph([x], [makeNode('gather', [makeConstant(numbers), x], { axis: 0 })])
  const backend = openReference()
  const executable = await backend.compile(graph)
  const index = (i: number) => backend.upload({ shape: [1], dtype: 'int32', data: Int32Array.of(i) })
  await expect(executable.run([index(4)])).rejects.toThrow('index number 0')
  const [result] = await executable.run([index(3)])
  expect(await result?.array()).toEqual([4])
})

test('evaluateNode computes one node over known inputs', () => {
  const node = makeNode('sub', [makeInput('a', vector), makeInput('b', vector)], {})
  expect(evaluateNode(node, [numbers, float([1, 1, 1, 1])])).toEqual(float([0, 1, 2, 3]))
})
