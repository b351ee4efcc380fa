// The backend's memory and life: nothing grows over thousands of runs, and closing frees everything.
import {
  type Backend,
  BackendError,
  compile,
  type DeviceArray,
  flattenTree,
  makeGraph,
  makeInput,
  makeNode,
  openReference,
  scan,
  type Tensor,
  tensor,
  valueAndGrad,
  where,
} from '@deep-recipe/core-tensor'
import { expect } from 'vitest'
import { testOnDevice } from '../fixtures/open-for-tests.ts'
import { openGl } from '../index.node.ts'

testOnDevice('texture memory does not grow over 10,000 training steps', async (backend) => {
  const before = backend.memory()
  const step = compile(
    backend,
    (w: Tensor, x: Tensor) => {
      const { value, gradient } = valueAndGrad((v: Tensor) => x.matmul(v).tanh().square().mean())(w)
      return { value, next: w.sub(gradient.mul(0.01)) }
    },
    { donate: [0] },
  )
  const x = backend.upload({ shape: [8, 16], dtype: 'float32', data: new Float32Array(128).fill(0.1) })
  let w = backend.upload({ shape: [16, 4], dtype: 'float32', data: new Float32Array(64).fill(0.1) })
  let settled: { memory: ReturnType<typeof backend.memory>; idle: number; programs: number } | undefined
  for (let i = 0; i < 10_000; i++) {
    const { value, next } = await step(w, x)
    w = next
    if (i % 1000 === 0) expect(Number.isFinite(await value.array())).toBe(true)
    value.dispose()
    const now = { memory: backend.memory(), idle: backend.idleBytes, programs: backend.device.programs }
    if (i === 10) settled = now
    if (i > 10) expect(now).toEqual(settled)
  }
  for (const array of [w, x]) array.dispose()
  step.dispose()
  expect(backend.memory()).toEqual(before)
})

testOnDevice('textures wider than a row of the device are wrapped, and come back whole', async (backend) => {
  const size = 4 * backend.device.limits.maxTextureSize + 5
  const data = Float32Array.from({ length: size }, (_, i) => i % 1000)
  const double = compile(backend, (x: Tensor) => x.mul(2).slice([3], [size - 3]))
  const result = await double(data)
  expect(Array.from((await result.data()).slice(-3))).toEqual(Array.from(data.slice(-3), (x) => 2 * x))
  result.dispose()
  double.dispose()
})

testOnDevice('arrays that one kernel wrote live, are read, passed on and freed each on its own', async (backend) => {
  const before = backend.memory()
  const update = (w: Tensor, m: Tensor, b: Tensor) => {
    const mean = m.mul(0.5).add(w)
    return { mean, w: w.sub(mean.square()), b: b.mul(2).add(1), positive: w.greater(m) }
  }
  const use = (w: Tensor, mean: Tensor, b: Tensor, positive: Tensor) => ({
    product: w.matmul(mean.transpose()),
    rows: mean.gather(tensor([5, 0, 3]).cast('int32')),
    turned: w
      .transpose()
      .flip([0])
      .add(b.reshape([8, 1])),
    chosen: where(positive, w, mean).slice([1, 2], [4, 3]),
    walk: scan((h: Tensor, row: Tensor) => [h.mul(0.5).add(row), h.sum()], b, mean),
    again: update(w, mean, b),
  })
  const numbers = (count: number, seed: number) =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + seed))
  const values = [
    { shape: [6, 8], dtype: 'float32', data: numbers(48, 1) },
    { shape: [6, 8], dtype: 'float32', data: numbers(48, 2) },
    { shape: [8], dtype: 'float32', data: numbers(8, 3) },
  ] as const
  const run = async (target: Backend): Promise<{ first: unknown[]; second: unknown[]; kernels: number }> => {
    const [one, two] = [compile(target, update), compile(target, use)]
    const first = await one(...values)
    const second = await two(first.w, first.mean, first.b, first.positive)
    const kernels = one.stats()[0]?.kernels ?? 0
    const firstRead = [await first.w.array(), await first.b.array()]
    for (const array of [first.w, first.b, first.positive]) array.dispose()
    // Those that are gone took nothing with them, and what comes now does not overwrite the rest.
    const [w, m, b] = values
    const later = await one(
      { ...w, data: numbers(48, 9) },
      { ...m, data: numbers(48, 8) },
      { ...b, data: numbers(8, 7) },
    )
    for (const array of Object.values(later)) array.dispose()
    firstRead.push(await first.mean.array())
    first.mean.dispose()
    const leaves = flattenTree<DeviceArray>(second).leaves
    const secondRead = await Promise.all(leaves.map((leaf) => leaf.array()))
    for (const leaf of leaves) leaf.dispose()
    one.dispose()
    two.dispose()
    return { first: firstRead, second: secondRead, kernels }
  }
  const reference = openReference()
  const wanted = await run(reference)
  const received = await run(backend)
  expectClose(received.first, wanted.first)
  expectClose(received.second, wanted.second)
  // The bools have another type of texture.
  expect(received.kernels).toBe(2)
  expect(backend.memory()).toEqual(before)
})

/** Nested numbers, to single precision. */
function expectClose(received: unknown, wanted: unknown): void {
  const flat = (value: unknown): number[] => (Array.isArray(value) ? value.flatMap(flat) : [Number(value)])
  const numbers = flat(wanted)
  flat(received).forEach((number, i) => {
    expect(number).toBeCloseTo(numbers[i] as number, 4)
  })
  expect(flat(received)).toHaveLength(numbers.length)
}

testOnDevice('one array padded to two sizes is not read beyond its end', async (backend) => {
  const pad = compile(backend, (x: Tensor) => [x.pad([[3, 0]]), x.pad([[3, 20]])] as const)
  const results = await pad(new Float32Array(5).fill(7))
  const zeros = (count: number): number[] => new Array<number>(count).fill(0)
  const arrays = await Promise.all(results.map((result) => result.array()))
  expect(arrays).toEqual([
    [...zeros(3), 7, 7, 7, 7, 7],
    [...zeros(3), 7, 7, 7, 7, 7, ...zeros(20)],
  ])
  for (const result of results) result.dispose()
  pad.dispose()
})

testOnDevice('closing frees textures and programs, and everything afterwards says so', async () => {
  const backend = await openGl()
  const x = makeInput('x', { shape: [4], dtype: 'float32' })
  const executable = await backend.compile(makeGraph([x], [makeNode('exp', [x], {})]))
  const array = backend.upload({ shape: [4], dtype: 'float32', data: new Float32Array(4) })
  backend.close()
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 })
  expect(backend.device.programs).toBe(0)
  await expect(executable.run([array])).rejects.toThrow(BackendError)
  await expect(array.data()).rejects.toThrow(BackendError)
  backend.close()
})
