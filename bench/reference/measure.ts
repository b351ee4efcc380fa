// How fast the reference backend is: matrix products and convolutions in GFLOP/s, the rest in millions of elements per second.
import {
  type Graph,
  type HostArray,
  HostRandom,
  makeGraph,
  makeInput,
  makeNode,
  type Node,
  openReference,
  type Shape,
  sizeOf,
} from '../../packages/core-tensor/src/index.ts'

interface Task {
  readonly name: string
  readonly shapes: readonly Shape[]
  readonly build: (inputs: Node[]) => Node
  /** Floating-point operations, or elements where `unit` says so. */
  readonly amount: number
  readonly unit?: 'GFLOP/s' | 'M elements/s'
}

function matmul(m: number, k: number, n: number): Task {
  const build = ([a, b]: Node[]): Node => makeNode('matmul', [a as Node, b as Node], {})
  return { name: `matmul ${m}×${k}×${n}`, shapes: [[m, k], [k, n]], build, amount: 2 * m * k * n } // biome-ignore format: short
}

function transposed(size: number): Task {
  const task = matmul(size, size, size)
  const turn = (node: Node | undefined): Node => makeNode('permute', [node as Node], { axes: [1, 0] })
  return { ...task, name: `${task.name}, both transposed`, build: (inputs) => task.build(inputs.map(turn)) }
}

/** Three tasks: forward and both gradients of a 3×3 convolution that keeps the image's size. */
function convolutions(batch: number, channels: number, filters: number, size: number): Task[] {
  const attributes = {
    stride: [1, 1],
    dilation: [1, 1],
    padding: { top: 1, bottom: 1, left: 1, right: 1 },
    groups: 1,
  } as const
  const [image, filter] = [[batch, channels, size, size], [filters, channels, 3, 3]] // biome-ignore format: short
  const output = [batch, filters, size, size]
  const amount = 2 * batch * filters * channels * 9 * size * size
  const name = `${batch}×${channels}×${size}×${size} ⋆ ${filters}×${channels}×3×3`
  const task = (kind: string, shapes: readonly Shape[], build: Task['build']): Task => ({
    name: `${kind} ${name}`,
    shapes,
    build,
    amount,
  })
  return [
    task('conv2d', [image, filter], (inputs) => makeNode('conv2d', inputs, attributes)),
    task('convInputGradient', [output, filter], (inputs) =>
      makeNode('convInputGradient', inputs, { ...attributes, inputSize: [size, size] }),
    ),
    task('convFilterGradient', [image, output], (inputs) =>
      makeNode('convFilterGradient', inputs, { ...attributes, filterSize: [3, 3] }),
    ),
  ]
}

function elementwise(name: string, shapes: readonly Shape[], size: number, build: Task['build']): Task {
  return { name, shapes, build, amount: size, unit: 'M elements/s' }
}

const million = [1000, 1000]
const tasks: readonly Task[] = [
  matmul(64, 64, 64),
  matmul(256, 256, 256),
  matmul(512, 512, 512),
  matmul(1024, 1024, 1024),
  transposed(512),
  matmul(16, 100, 400),
  matmul(1, 1000, 1000),
  ...convolutions(8, 64, 64, 19),
  ...convolutions(8, 3, 32, 32),
  elementwise('add', [million, million], 1e6, (inputs) => makeNode('add', inputs, {})),
  elementwise('add a row', [million, [1, 1000]], 1e6, ([a, b]) =>
    makeNode('add', [a as Node, makeNode('broadcast', [b as Node], { shape: million })], {}),
  ),
  elementwise('tanh', [million], 1e6, (inputs) => makeNode('tanh', inputs, {})),
  elementwise('transpose', [million], 1e6, ([a]) => makeNode('permute', [a as Node], { axes: [1, 0] })),
  elementwise('sum over rows', [million], 1e6, (inputs) => makeNode('sum', inputs, { axes: [1] })),
  elementwise('sum over columns', [million], 1e6, (inputs) => makeNode('sum', inputs, { axes: [0] })),
]

/** Milliseconds per run: the best of several rounds, each as long as a twentieth of a second. */
async function time(graph: Graph, values: readonly HostArray[]): Promise<number> {
  const backend = openReference()
  const executable = await backend.compile(graph)
  const inputs = values.map((value) => backend.upload(value))
  const runFor = async (milliseconds: number): Promise<number> => {
    const start = performance.now()
    let runs = 0
    while (performance.now() - start < milliseconds) {
      for (const output of await executable.run(inputs)) output.dispose()
      runs++
    }
    return (performance.now() - start) / runs
  }
  await runFor(300)
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 8; round++) best = Math.min(best, await runFor(50))
  return best
}

const random = new HostRandom(1)
for (const { name, shapes, build, amount, unit = 'GFLOP/s' } of tasks) {
  const inputs = shapes.map((shape, i) => makeInput(`input${i}`, { shape, dtype: 'float32' }))
  const values = shapes.map((shape): HostArray => {
    return { shape, dtype: 'float32', data: Float32Array.from({ length: sizeOf(shape) }, () => random.normal()) }
  })
  const milliseconds = await time(makeGraph(inputs, [build(inputs)]), values)
  const rate = amount / milliseconds / (unit === 'GFLOP/s' ? 1e6 : 1e3)
  console.log(`${name.padEnd(56)} ${milliseconds.toFixed(3).padStart(9)} ms ${rate.toFixed(2).padStart(8)} ${unit}`)
}
