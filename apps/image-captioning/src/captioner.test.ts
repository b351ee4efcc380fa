// The captioner's own parts: what attention adds to the loss, what a frozen encoder leaves alone, and that it learns.
import { compile, grad, mapTree, openReference, randomKey, type Tensor } from '@deep-recipe/core-tensor'
import type { Params } from '@deep-recipe/layers-core'
import { evaluation } from '@deep-recipe/layers-core'
import { describe, expect, test } from 'vitest'
import { type CaptionerSettings, makeCaptioner } from './captioner.ts'
import { sideOfMap } from './encoder.ts'

const settings: CaptionerSettings = {
  view: [3, 16, 16],
  kind: 'pictures',
  channels: [4, 4, 6],
  frozen: false,
  units: 8,
  attentionUnits: 4,
  embedding: 6,
  symbols: 9,
  steps: 4,
  captions: 1,
  looking: 'again',
  dropout: 0,
  coverage: 0,
  detection: 0,
}
const backend = openReference()
const size = 3 * 16 * 16

/** Rows of two views and captions: start 2, words, end 3, padding 0. */
function makeRows(viewSize = size): { shape: number[]; dtype: 'float32'; data: Float32Array } {
  const data = new Float32Array(2 * (viewSize + 8 + 9))
  for (let row = 0; row < 2; row++) {
    const start = row * (viewSize + 17)
    for (let i = 0; i < viewSize; i++) data[start + i] = (i * 37 + row * 101) % 256
    data.set(row === 0 ? [2, 4, 5, 0, 4, 5, 3, 0] : [2, 6, 0, 0, 6, 3, 0, 0], start + viewSize)
  }
  return { shape: [2, viewSize + 17], dtype: 'float32', data }
}

async function lossOf(given: CaptionerSettings, training = false): Promise<number[]> {
  const { layer } = makeCaptioner(given)
  const run = compile(backend, (rows: Tensor) =>
    layer.apply(layer.init(randomKey(1), []), rows, { training, key: randomKey(2) }),
  )
  const view = given.view.reduce((product, length) => product * length, 1)
  return [...(await (await run(makeRows(view))).data())]
}

test.each<[string, Partial<CaptionerSettings>]>([
  ['pictures', {}],
  ['pictures, without attention', { looking: 'once' }],
  ['clips', { kind: 'clips', view: [6, 3, 16, 16] }],
  ['clips, the mean of the frames', { kind: 'clips', view: [6, 3, 16, 16], looking: 'once' }],
  ['features', { kind: 'features', view: [12, 3, 5], channels: [7] }],
  ['a vector of features', { kind: 'features', view: [12, 1, 1], channels: [7] }],
])('%s: a loss near that of guessing, and a share of words', async (_, change) => {
  const [first = 0, right = 0] = await lossOf({ ...settings, ...change })
  expect(Math.abs(first - Math.log(9))).toBeLessThan(0.7)
  expect(right).toBeGreaterThanOrEqual(0)
  expect(right).toBeLessThanOrEqual(1)
})

test('what follows the end changes nothing', async () => {
  const { layer } = makeCaptioner(settings)
  const run = compile(backend, (rows: Tensor) => layer.apply(layer.init(randomKey(1), []), rows, evaluation))
  const rows = makeRows()
  const before = [...(await (await run(rows)).data())]
  const changed = Float32Array.from(rows.data)
  changed[size + 3] = 7 // read after the end
  const after = [...(await (await run({ ...rows, data: changed })).data())]
  expect(after).toEqual(before)
})

test('of several captions of a view: the mean of what each would give', async () => {
  const { data } = makeRows()
  const width = size + 8 + 9
  const [one, other] = [0, 1].map((row) => [...data.subarray(row * width + size, row * width + size + 8)])
  const view = [...data.subarray(0, size)]
  const detected = new Array<number>(9).fill(0)
  const lossWith = async (...captions: (readonly number[] | undefined)[]): Promise<number> => {
    const { layer } = makeCaptioner({ ...settings, captions: captions.length })
    const row = [...view, ...captions.flatMap((caption) => caption ?? []), ...detected]
    const run = compile(backend, (rows: Tensor) => layer.apply(layer.init(randomKey(1), []), rows, evaluation))
    return (
      (await (await run({ shape: [1, row.length], dtype: 'float32', data: Float32Array.from(row) })).data())[0] ?? 0
    )
  }
  const [first, second] = [await lossWith(one), await lossWith(other)]
  expect(Math.abs(first - second)).toBeGreaterThan(1e-3)
  expect(await lossWith(one, other)).toBeCloseTo((first + second) / 2, 5)
})

test('the doubly stochastic penalty: λ Σ (1 − Σ_t α)² comes on top, while training only', async () => {
  const [plain = 0] = await lossOf(settings, true)
  const [one = 0] = await lossOf({ ...settings, coverage: 1 }, true)
  const [two = 0] = await lossOf({ ...settings, coverage: 2 }, true)
  expect(one).toBeGreaterThan(plain)
  expect(two - plain).toBeCloseTo(2 * (one - plain), 3)
  expect(await lossOf({ ...settings, coverage: 1 })).toEqual(await lossOf(settings))
})

test('word detectors: −Σ y log p + (1 − y) log (1 − p) comes on top, while training only', async () => {
  const [plain = 0] = await lossOf(settings, true)
  const [one = 0] = await lossOf({ ...settings, detection: 1 }, true)
  // Whatever the scores, nine words of which none is there cost more than nothing; twice the weight is twice as much.
  expect(one).toBeGreaterThan(plain)
  const [two = 0] = await lossOf({ ...settings, detection: 2 }, true)
  expect(two - plain).toBeCloseTo(2 * (one - plain), 3)
  expect(await lossOf({ ...settings, detection: 1 })).toEqual(await lossOf(settings))
})

test('the map that attention sees', () => {
  for (const [side, blocks] of [
    [32, 3],
    [64, 4],
    [24, 3],
    [17, 3],
    [128, 5],
  ] as const) {
    const captioner = makeCaptioner({ ...settings, view: [3, side, side], channels: new Array<number>(blocks).fill(2) })
    const { memory } = captioner.model.begin(captioner.layer.init(randomKey(1), []), zeros([1, 3, side, side]))
    expect(memory.attention?.values.shape[1]).toBe(sideOfMap(side, blocks) ** 2)
  }
})

describe('a frozen encoder', () => {
  test('gets no gradient, and its running means stay', async () => {
    const { layer } = makeCaptioner({ ...settings, frozen: true })
    const params = layer.init(randomKey(1), [])
    const recorded: Tensor[] = []
    const loss = (weights: Params, rows: Tensor) =>
      layer
        .apply(weights, rows, { training: true, key: randomKey(2), record: (parameter) => recorded.push(parameter) })
        .sum()
    const run = compile(backend, (rows: Tensor) => grad(loss)(params, rows))
    const gradient = await run(makeRows())
    const norms: { [path: string]: number } = {}
    const pending: Promise<void>[] = []
    mapTree(gradient, (leaf, path) => {
      pending.push(
        (leaf as { data(): Promise<Float32Array> }).data().then((data) => {
          norms[path] = Math.hypot(...data)
        }),
      )
    })
    await Promise.all(pending)
    expect(recorded).toEqual([])
    for (const [path, norm] of Object.entries(norms)) {
      if (path.startsWith('encoder')) expect(norm, path).toBe(0)
    }
    expect(norms['decoder.output.weight']).toBeGreaterThan(0)
  })
})

function zeros(shape: number[]): Tensor {
  return randomKey(1).cast('float32').sum().mul(0).broadcastTo(shape)
}
