// Random draws: the published known answers, the host's generator, and draws that only the graph can make.
import {
  type Backend,
  compile,
  foldInKey,
  HostRandom,
  randomBits,
  randomKey,
  randomPermutation,
  randomUniform,
  runGraphOnHost,
  scan,
  splitKey,
  type Tensor,
  threefry2x32,
  traceGraph,
} from '@deep-recipe/core-tensor'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAgreement, integers } from '../fixtures/compare.ts'
import { openOnnx } from '../index.ts'
import { lowerGraph } from '../lower/lower-graph.ts'
import { drawWords } from './draw-words.ts'
import { makeThreefryModule, wordsPerCall } from './threefry-module.ts'

const module = makeThreefryModule()

let backend: Backend
beforeAll(async () => {
  backend = await openOnnx()
})
afterAll(() => backend.close())

/** Words of the known-answer test of Random123 1.14 (kat_vectors, threefry2x32 20): key and counter of zeros. */
const zeroAnswer = [0x6b200159, 0x99ba4efe]

test('the published known answer', async () => {
  const words = new Int32Array(2)
  drawWords(module, [0, 0], 0, words)
  expect([...words].map((word) => word >>> 0)).toEqual(zeroAnswer)
  const bits = compile(backend, (key: Tensor) => randomBits(key.cast('float32').cast('int32'), [2]))
  const drawn = await (await bits(Int32Array.of(0, 0))).data()
  expect([...drawn].map((word) => word >>> 0)).toEqual(zeroAnswer)
})

test('the unrolled generator gives the words of the plain one', () => {
  const random = new HostRandom(3)
  for (let trial = 0; trial < 20; trial++) {
    const [key0, key1, offset] = [random.bits(), random.bits(), random.bits()]
    const words = new Int32Array(9)
    drawWords(module, [key0, key1], offset, words)
    const expected = new Int32Array(10)
    for (let block = 0; block < 5; block++) threefry2x32(key0, key1, offset, block, expected, 2 * block)
    expect([...words]).toEqual([...expected.subarray(0, 9)])
    const uniform = new Float32Array(9)
    drawWords(module, [key0, key1], offset, uniform)
    expect([...uniform]).toEqual([...words].map((word) => (word >>> 8) * 2 ** -24))
  }
})

test('a draw larger than the memory of the module goes on where it stopped', () => {
  const words = new Int32Array(2 * wordsPerCall + 3)
  drawWords(module, [5, 6], 7, words)
  const expected = new Int32Array(2)
  for (const block of [0, wordsPerCall / 2 - 1, wordsPerCall / 2, wordsPerCall]) {
    threefry2x32(5, 6, 7, block, expected, 0)
    expect([...words.subarray(2 * block, 2 * block + 2)]).toEqual([...expected])
  }
})

test('keys that are split and folded are computed on the host', async () => {
  const draw = (key: Tensor, step: Tensor) => {
    const [first, second] = splitKey(foldInKey(key, step), 2) as [Tensor, Tensor]
    return [randomUniform(first, [100, 3]), randomBits(second, [5])]
  }
  const inputs = [integers([2], [1, -2]), integers([], [9])] as const
  const graph = traceGraph(draw, ...(inputs as unknown as [Tensor, Tensor]))
  const { operatorTypes, model } = lowerGraph(graph, { watch: false, block: 0 })
  expect([operatorTypes, model]).toEqual([0, undefined])
  await expectAgreement(backend, graph, inputs, 0)
})

test('keys that come out of floating arithmetic are drawn in the graph', async () => {
  const draw = (key: Tensor) => randomUniform(key.cast('float32').mul(2).cast('int32'), [33])
  const inputs = [integers([2], [11, -12])] as const
  const graph = traceGraph(draw, ...(inputs as unknown as [Tensor]))
  expect(lowerGraph(graph, { watch: false, block: 0 }).operators).toBeGreaterThan(100)
  await expectAgreement(backend, graph, inputs, 0)
})

test('draws inside a scan', async () => {
  const walk = (key: Tensor) =>
    scan(
      (carry: Tensor, _step: Tensor) => {
        const [next, own] = splitKey(carry) as [Tensor, Tensor]
        return [next, randomUniform(own, [4])]
      },
      key,
      randomUniform(randomKey(1), [5]),
    )[1] as Tensor
  const inputs = [integers([2], [3, 4])] as const
  await expectAgreement(backend, traceGraph(walk, ...(inputs as unknown as [Tensor])), inputs, 0)
})

test('a permutation holds every number once and is that of the reference', async () => {
  const graph = traceGraph((key: Tensor) => randomPermutation(key, 50), randomKey(5))
  const key = integers([2], [5, 0])
  const [expected] = runGraphOnHost(graph, [key])
  expect([...(expected?.data ?? [])].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i))
  await expectAgreement(backend, graph, [key], 0)
})
