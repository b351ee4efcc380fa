// The doctor's numerical self-test: one small graph per class of operation, compared with the reference interpreter.
import {
  type Graph,
  type HostArray,
  type HostData,
  HostRandom,
  makeGraph,
  makeInput,
  makeItem,
  makeNode,
  type Node,
  type NodeOf,
  runGraphOnHost,
  type Shape,
  sizeOf,
} from '@deep-recipe/core-tensor'
import type { GlBackend } from '../backend/gl-backend.ts'

/** What a test found. */
export interface SelfTestResult {
  readonly name: string
  readonly passed: boolean
  /** The largest error in words, or what went wrong. */
  readonly detail: string
  /** What to do when it failed. */
  readonly remedy: string
}

interface SelfTest {
  readonly name: string
  readonly inputs: readonly HostArray[]
  readonly build: (inputs: readonly Node[]) => readonly Node[]
  /** Allowed error relative to the largest value of the result; 0 demands equality. */
  readonly tolerance: number
  /** The error is relative to each number instead. */
  readonly perNumber?: boolean
  readonly remedy: string
}

const driverRemedy =
  'Update the graphics driver; until then run with another backend (RECIPE_BACKEND=onnx or reference).'

function normal(shape: Shape, seed: number): HostArray {
  const random = new HostRandom(seed)
  return { shape, dtype: 'float32', data: Float32Array.from({ length: sizeOf(shape) }, () => random.normal()) }
}

function integers(shape: Shape, limit: number): HostArray {
  const random = new HostRandom(limit)
  return { shape, dtype: 'int32', data: Int32Array.from({ length: sizeOf(shape) }, () => random.integer(limit)) }
}

const specialNumbers: HostArray = {
  shape: [12],
  dtype: 'float32',
  data: Float32Array.of(0, 1e-30, 1e-6, 0.5, 1, 10, 80, -1e-6, -0.5, -1, -10, -80),
}

const infinities: HostArray = {
  shape: [4],
  dtype: 'float32',
  data: Float32Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0),
}

function scanBody(): Graph {
  const type = { shape: [3, 5], dtype: 'float32' } as const
  const [carry, step] = [makeInput('carry', type), makeInput('step', type)]
  const next = makeNode('tanh', [makeNode('add', [carry, step], {})], {})
  return makeGraph([carry, step], [next, makeNode('mul', [next, next], {})])
}

const convolution = {
  stride: [1, 1],
  padding: { top: 1, bottom: 1, left: 1, right: 1 },
  dilation: [1, 1],
  groups: 1,
} as const

const tests: readonly SelfTest[] = [
  {
    name: 'arithmetic',
    inputs: [normal([37, 29], 1), normal([37, 29], 2)],
    build: ([a, b]) => (['add', 'sub', 'mul', 'div'] as const).map((name) => makeNode(name, [a, b] as Node[], {})),
    tolerance: 1e-6,
    remedy: driverRemedy,
  },
  {
    name: 'exp, log, tanh, sigmoid',
    inputs: [specialNumbers],
    build: ([x]) =>
      (['exp', 'tanh', 'sigmoid'] as const)
        .map((name) => makeNode(name, [x as Node], {}))
        .concat(makeNode('log', [makeNode('abs', [x as Node], {})], {})),
    tolerance: 1e-6,
    perNumber: true,
    remedy: driverRemedy,
  },
  {
    name: 'NaN and infinities',
    inputs: [infinities],
    build: ([x]) => [
      makeNode('sub', [x, x] as Node[], {}),
      makeNode('max', [x, makeNode('neg', [x as Node], {})] as Node[], {}),
      makeNode('compare', [x, x] as Node[], { comparison: 'equal' }),
    ],
    tolerance: 0,
    remedy:
      'This driver drops NaN: training will not notice that it diverged. Update it, or watch the loss in debug mode.',
  },
  {
    name: 'integers',
    inputs: [integers([101], 2 ** 31), integers([101], 2 ** 31)],
    build: ([a, b]) => (['add', 'mul'] as const).map((name) => makeNode(name, [a, b] as Node[], {})),
    tolerance: 0,
    remedy: driverRemedy,
  },
  {
    name: 'movement and gather',
    inputs: [normal([5, 7, 3], 3), integers([4], 7)],
    build: ([x, at]) => [
      makeNode('permute', [x as Node], { axes: [2, 0, 1] }),
      makeNode('gather', [x, at] as Node[], { axis: 1 }),
    ],
    tolerance: 0,
    remedy: driverRemedy,
  },
  {
    name: 'sums and maxima',
    inputs: [normal([64, 1000], 4)],
    build: ([x]) => [
      makeNode('sum', [x as Node], { axes: [0, 1] }),
      makeNode('sum', [x as Node], { axes: [1] }),
      makeNode('maxReduce', [x as Node], { axes: [0] }),
    ],
    tolerance: 1e-5,
    remedy: driverRemedy,
  },
  {
    name: 'matrix product',
    inputs: [normal([130, 257], 5), normal([257, 66], 6)],
    build: ([a, b]) => [makeNode('matmul', [a, b] as Node[], {})],
    tolerance: 1e-5,
    remedy: driverRemedy,
  },
  {
    name: 'convolution and its gradients',
    inputs: [normal([4, 8, 13, 13], 7), normal([16, 8, 3, 3], 8), normal([4, 16, 13, 13], 9)],
    build: ([x, filter, gradient]) => [
      makeNode('conv2d', [x, filter] as Node[], convolution),
      makeNode('convInputGradient', [gradient, filter] as Node[], { ...convolution, inputSize: [13, 13] }),
      makeNode('convFilterGradient', [x, gradient] as Node[], { ...convolution, filterSize: [3, 3] }),
    ],
    tolerance: 1e-5,
    remedy: driverRemedy,
  },
  {
    name: 'random bits',
    inputs: [
      { shape: [2], dtype: 'int32', data: Int32Array.of(42, -7) },
      { shape: [], dtype: 'int32', data: Int32Array.of(3) },
    ],
    build: ([key, offset]) => [makeNode('random', [key, offset] as Node[], { shape: [33], kind: 'bits' })],
    tolerance: 0,
    remedy: driverRemedy,
  },
  {
    name: 'scan',
    inputs: [normal([3, 5], 10), normal([6, 3, 5], 11)],
    build: ([carry, sequence]) => {
      const attributes = { length: 6, body: scanBody(), carries: 1, sequences: 1, reverse: true }
      const scan = makeNode('scan', [carry, sequence] as Node[], attributes)
      return [makeItem(scan, 0), makeItem(scan, 1)]
    },
    tolerance: 1e-6,
    remedy: driverRemedy,
  },
]

/** Runs every test on a backend. */
export async function runSelfTests(backend: GlBackend): Promise<SelfTestResult[]> {
  const results: SelfTestResult[] = []
  for (const { name, inputs, build, tolerance, perNumber, remedy } of tests) {
    try {
      const nodes = inputs.map((input, i): NodeOf<'input'> => makeInput(`input${i + 1}`, input))
      const graph = makeGraph(nodes, build(nodes))
      const error = await largestError(backend, graph, inputs, perNumber ?? false)
      results.push({ name, passed: error <= tolerance, detail: `largest error ${error.toExponential(1)}`, remedy })
    } catch (error) {
      results.push({ name, passed: false, detail: (error as Error).message, remedy })
    }
  }
  return results
}

/** Largest error of all outputs; Infinity where one is a number and the other is not. */
async function largestError(
  backend: GlBackend,
  graph: Graph,
  inputs: readonly HostArray[],
  perNumber: boolean,
): Promise<number> {
  const expected = runGraphOnHost(graph, inputs, { precision: 'double' })
  const executable = await backend.compile(graph)
  const arrays = inputs.map((input) => backend.upload(input))
  const outputs = await executable.run(arrays)
  let largest = 0
  for (const [position, wanted] of expected.entries()) {
    const came = (await outputs[position]?.data()) ?? []
    const magnitude = largestMagnitude(wanted.data)
    for (let i = 0; i < wanted.data.length; i++) {
      const [number, other] = [wanted.data[i] as number, came[i] as number]
      if (Object.is(number, other) || Math.fround(number) === other) continue
      const error = Math.abs(number - other) / ((perNumber ? Math.abs(number) : magnitude) || 1)
      largest = Math.max(largest, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error)
    }
  }
  for (const array of [...arrays, ...outputs]) array.dispose()
  executable.dispose()
  return largest
}

function largestMagnitude(data: HostData): number {
  let largest = 0
  for (const number of data) if (Number.isFinite(number)) largest = Math.max(largest, Math.abs(number))
  return largest
}
