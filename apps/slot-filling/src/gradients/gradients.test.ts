// The laboratory in small: norms against automatic differentiation, the task, the short training, the table and the page.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HostRandom, jacobian, mapTree, openReference, type Tensor, tensor } from '@deep-recipe/core-tensor'
import { evaluation, type Params } from '@deep-recipe/layers-core'
import type { HostParams } from '@deep-recipe/training'
import { afterAll, describe, expect, test } from 'vitest'
import { type LaboratorySettings, runLaboratory } from './laboratory.ts'
import { measureFlow } from './measure-flow.ts'
import { networks } from './networks.ts'
import { drawRecallBatch, recallSource, symbols } from './recall-task.ts'
import { writeFlowReport } from './report.ts'
import { describeFlows, formatPower, toFlowRecord } from './results.ts'
import { drawRecurrent, trainRecall } from './train-recall.ts'

const backend = openReference()
const settings: LaboratorySettings = {
  ...{ units: 3, gain: 1.4, forgetBias: 1, clip: 1e9, steps: 4, trainSteps: 20, learningRate: 0.01, seed: 3 },
}
const { signal } = new AbortController()
const folder = mkdtempSync(join(tmpdir(), 'gradients-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** ‖A‖₂ by squaring AᵀA until one direction is left. */
function largestSingularValue(rows: number[][]): number {
  const size = rows[0]?.length ?? 0
  let direction = Array.from({ length: size }, (_, i) => 1 + 0.1 * i)
  let length = 0
  for (let iteration = 0; iteration < 5000; iteration++) {
    const image = rows.map((row) => row.reduce((sum, value, i) => sum + value * (direction[i] as number), 0))
    const back = direction.map((_, i) =>
      rows.reduce((sum, row, r) => sum + (row[i] as number) * (image[r] as number), 0),
    )
    length = Math.hypot(...back)
    direction = back.map((value) => value / length)
  }
  return Math.sqrt(length)
}

describe.each(networks.map((network) => [network.title, network] as const))('%s', (_, network) => {
  test('norms are those of the Jacobians that automatic differentiation gives', async () => {
    const params = await drawRecurrent(network, settings, { ...settings, backend })
    const { inputs } = drawRecallBatch(new HostRandom(5), 1, settings.steps)
    const flow = await measureFlow(network, params, inputs, settings, backend)
    const layer = network.build(settings)
    const weights = mapTree(params, (leaf) => tensor(leaf as never)) as Params
    const sequence = tensor(inputs)
    for (const k of [1, 3]) {
      const first = layer.run(weights, sequence.slice([0, 0, 0], [1, k, symbols]), evaluation).lastState
      const rest = sequence.slice([0, k, 0], [1, settings.steps - k, symbols])
      // The other part of an LSTM's state stays where it is.
      const last = (h: Tensor): Tensor => {
        const state = { ...first, h: h.reshape([1, settings.units]) }
        return layer.run(weights, rest, evaluation, state).output.reshape([settings.units])
      }
      const matrix = (await jacobian(last)((first.h as Tensor).reshape([settings.units])).array()) as number[][]
      expect(10 ** (flow.hidden[k] as number) / largestSingularValue(matrix)).toBeCloseTo(1, 3)
    }
    flow.bound?.forEach((bound, k) => {
      // Orthogonal times the gain: β_W is the gain.
      expect(bound).toBeCloseTo((settings.steps - k) * Math.log10(settings.gain), 3)
      expect(flow.largest[k]).toBeLessThan(bound + 1e-3)
    })
    expect(flow.hidden.every((value, k) => value <= (flow.largest[k] as number) + 1e-6)).toBe(true)
  })
})

test('the task asks for the first symbol, and comes in new batches that a seed decides', () => {
  const { inputs, targets } = drawRecallBatch(new HostRandom(1), 50, 7)
  expect(inputs.shape).toEqual([50, 7, symbols])
  targets.data.forEach((target, row) => {
    expect([...inputs.data.subarray(row * 7 * symbols, row * 7 * symbols + symbols)].indexOf(1)).toBe(target)
  })
  expect([...inputs.data].reduce((sum, value) => sum + value, 0)).toBe(350)
  expect(new Set(targets.data).size).toBe(symbols)
  const source = recallSource({ steps: 7, seed: 2, batchSize: 4, batchesPerEpoch: 3 })
  const all = [...(source.epoch(0, 0) as Iterable<unknown>), ...(source.epoch(1, 0) as Iterable<unknown>)]
  expect(new Set(all.map((batch) => JSON.stringify(batch))).size).toBe(6)
  expect([...(source.epoch(1, 2) as Iterable<unknown>)]).toEqual(all.slice(5))
})

test('the whole of it: figures, table, record and page', async () => {
  const updates: number[] = []
  const onUpdate = (done: number): void => void updates.push(done)
  const figures = await runLaboratory({ ...settings, clip: 1 }, { backend, signal, onUpdate })
  if (!figures) throw new Error('interrupted by nobody')
  expect(updates.at(-1)).toBe(networks.length * settings.trainSteps)
  for (const { after, before, training } of figures.networks) {
    expect(after.hidden).not.toEqual(before.hidden)
    expect(training.losses.length).toBe(2)
  }
  // Clipping by 1: the norm never exceeds it.
  for (const { clipped } of figures.gains) for (const log of clipped.largest) expect(log).toBeLessThan(1e-6)
  const lines = describeFlows(figures, settings)
  expect(lines.length).toBe(networks.length + 5)
  for (const [i, { title }] of networks.entries()) expect(lines[i + 2]).toContain(title)
  const untrained = { ...settings, trainSteps: 0 }
  expect(describeFlows(figures, untrained)[0]).not.toContain('recalls')
  expect(JSON.stringify(toFlowRecord(figures, untrained, { seconds: 1, backend: '' }))).not.toContain('after')
  const record = toFlowRecord(figures, settings, { seconds: 1.26, backend: 'reference' })
  expect(JSON.parse(JSON.stringify(record))).toMatchObject({ steps: 4, units: 3, seconds: 1.3, backend: 'reference' })
  const path = join(folder, 'report.html')
  await writeFlowReport(path, { figures, settings, seconds: 1, backend: 'here' })
  const page = readFileSync(path, 'utf8')
  expect(page.match(/<svg viewBox="0 0 1000 1000"/g)?.length).toBe(6 + 6 + 2 + 4)
  expect(page).not.toContain('NaN')
}, 60_000)

test('a training that explodes is stopped, and what was learned before it is measured', async () => {
  const relu = networks.find(({ name }) => name === 'relu-rnn') as (typeof networks)[number]
  const wild = { ...settings, gain: 100, steps: 40, units: 8 }
  const result = await trainRecall(relu, wild, { ...wild, backend, signal, onStep: () => {} })
  expect(result?.diverged).toMatch(/not finite after \d+ updates/)
  expect(result?.after).toEqual(result?.before)
})

test('an interruption ends it', async () => {
  const controller = new AbortController()
  const onUpdate = (): void => controller.abort()
  expect(await runLaboratory(settings, { backend, signal: controller.signal, onUpdate })).toBeUndefined()
})

test('numbers from their logarithms', () => {
  expect([0, -1.5, 3, -20.5, 400.3, Number.NEGATIVE_INFINITY, undefined].map(formatPower)).toEqual([
    '1.0',
    '0.032',
    '1.0e+3',
    '3.2e-21',
    '2.0e400',
    '0',
    '–',
  ])
})

test('drawn weights are those that the training begins with', async () => {
  const gru = networks.at(-1) as (typeof networks)[number]
  const drawn: HostParams = await drawRecurrent(gru, settings, { ...settings, backend })
  const result = await trainRecall(gru, settings, { ...settings, trainSteps: 0, backend, signal, onStep: () => {} })
  expect(result?.before).toEqual(drawn)
})
