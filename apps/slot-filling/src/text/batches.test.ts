// Batches for training: every sentence once, padding, word dropout that a seed decides.
import { toHostArray } from '@deep-recipe/core-tensor'
import { generateTickets, otherIndex } from '@deep-recipe/datasets/words'
import type { TrainingBatch } from '@deep-recipe/training'
import { describe, expect, test, vi } from 'vitest'
import { encodeSentences, trainingSource } from './batches.ts'
import { buildCoder } from './coder.ts'

// Busy machines take their time.
vi.setConfig({ testTimeout: 60_000 })

const sentences = generateTickets({ count: 60, seed: 1 })
const coder = buildCoder(sentences)
const encoded = encodeSentences(coder, sentences)
const options = { batchSize: 7, buckets: 3, seed: 5, wordDropout: 0 }

function collect(source: ReturnType<typeof trainingSource>, epoch: number, start = 0): TrainingBatch[] {
  return [...(source.epoch(epoch, start) as Iterable<TrainingBatch>)]
}

/** Sentences of weight 1 in a batch, as texts of their numbers. */
function readRows(batch: TrainingBatch): string[] {
  const inputs = toHostArray(batch.inputs)
  const targets = toHostArray(batch.targets)
  const weights = toHostArray(batch.weights ?? [])
  const [, time, width] = inputs.shape as [number, number, number]
  return [...weights.data].flatMap((weight, row) => {
    if (weight === 0) return []
    const codes = [...inputs.data.slice(row * time * width, (row + 1) * time * width)]
    const length = codes.filter((code, at) => at % width === 0 && code !== 0).length
    expect(codes.slice(length * width).every((code) => code === 0)).toBe(true)
    const own = [...targets.data.slice(row * (time + 1), (row + 1) * (time + 1))]
    expect(own.slice(length, time).every((tag) => tag === 0)).toBe(true)
    return [`${codes.slice(0, length * width)} | ${own.slice(0, length)} | ${own.at(-1)}`]
  })
}

describe('trainingSource', () => {
  test('every sentence once, with its tags and intent', () => {
    const rows = collect(trainingSource(coder, encoded, options), 0).flatMap(readRows)
    const expected = encoded.map(({ codes, tags, intent }) => `${codes} | ${tags} | ${intent}`)
    expect(rows.sort()).toEqual(expected.sort())
  })

  test('begins anywhere; the same for the same seed and epoch, dropped words too', () => {
    const source = trainingSource(coder, encoded, { ...options, wordDropout: 0.5 })
    const whole = collect(source, 2)
    expect(whole.length).toBe(source.length)
    expect(collect(source, 2, 3)).toEqual(whole.slice(3))
    expect(collect(source, 3)).not.toEqual(whole)
  })

  test('word dropout: frequent words seldom, rare words often, trigrams stay', () => {
    const alpha = 1
    const source = trainingSource(coder, encoded, { ...options, wordDropout: alpha })
    const counts = new Map<number, number>()
    for (const { codes } of encoded) {
      for (let at = 0; at < codes.length; at += coder.width) {
        counts.set(codes[at] as number, (counts.get(codes[at] as number) ?? 0) + 1)
      }
    }
    const expected = [...counts.values()].reduce((sum, count) => sum + (count * alpha) / (alpha + count), 0)
    const epochs = 40
    let dropped = 0
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const row of collect(source, epoch).flatMap(readRows)) {
        const codes = (row.split(' | ')[0] as string).split(',').map(Number)
        for (let at = 0; at < codes.length; at += coder.width) {
          if (codes[at] !== otherIndex) continue
          dropped++
          expect(codes[at + 1]).toBeGreaterThan(1)
        }
      }
    }
    // About 100 a time: the mean of 40 epochs is within 5 %.
    expect(Math.abs(dropped / epochs / expected - 1)).toBeLessThan(0.05)
  })

  test('tags that the coder lacks count nothing', () => {
    const [first] = encodeSentences(coder, [{ words: ['a'], tags: ['B-unheard'], intent: 'unheard' }])
    expect([first?.tags[0], first?.intent]).toEqual([0, 0])
  })
})
