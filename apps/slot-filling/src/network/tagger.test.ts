// Taggers: what each can see and what it cannot, padding, and the loss by hand.
import {
  compile,
  type DeviceArray,
  evaluate,
  type MapLeaves,
  openReference,
  randomKey,
  randomNormal,
  type Tensor,
  tensor,
} from '@deep-recipe/core-tensor'
import { evaluation, type Params } from '@deep-recipe/layers-core'
import { describe, expect, test, vi } from 'vitest'
import { contextWindow, type ModelName, modelNames } from './models.ts'
import { taggingLoss } from './objective.ts'
import { buildTagger } from './tagger.ts'

// Busy machines take their time.
vi.setConfig({ testTimeout: 60_000 })

const sizes = { words: 9, trigrams: 7, tags: 4, intents: 3 }
const settings = { hashing: true, units: 5, width: 4, dropout: 0.5, lookAhead: 0 }
/** Four words, each its number and two trigrams. */
const sentence = [
  [2, 3, 0],
  [5, 2, 6],
  [8, 4, 0],
  [3, 3, 5],
]

const backend = openReference()
const drawn = new Map<string, MapLeaves<Params, Tensor, DeviceArray>>()

async function tagsOf(model: ModelName, rows: readonly (readonly number[])[], lookAhead = 0): Promise<number[][]> {
  const tagger = buildTagger(sizes, { ...settings, model, lookAhead })
  const name = `${model} ${lookAhead}`
  const params = drawn.get(name) ?? (await evaluate(backend, tagger.init(randomKey(4), [1, 3])))
  drawn.set(name, params)
  const run = compile(
    backend,
    (own: Params, input: Tensor) => tagger.unpack(tagger.apply(own, input, evaluation), rows.length).tags,
  )
  const tags = await run(params, { shape: [1, rows.length, 3], dtype: 'int32', data: Int32Array.from(rows.flat()) })
  return ((await tags.array()) as number[][][])[0] as number[][]
}

function expectClose(received: readonly number[] | undefined, expected: readonly number[] | undefined): void {
  received?.forEach((value, at) => {
    expect(value).toBeCloseTo(expected?.[at] as number, 5)
  })
  expect(received?.length).toBe(expected?.length)
}

/** Places whose tags change when the word at a place does. */
async function influenceOf(model: ModelName, place: number, lookAhead = 0): Promise<number[]> {
  const before = await tagsOf(model, sentence, lookAhead)
  const changed = sentence.map((row, at) => (at === place ? [7, 5, 4] : row))
  const after = await tagsOf(model, changed, lookAhead)
  return before.flatMap((row, at) =>
    row.some((value, i) => Math.abs(value - (after[at]?.[i] as number)) > 1e-7) ? [at] : [],
  )
}

describe('what a tagger sees', () => {
  test('the first word is felt: by itself; by two more; by all after it', async () => {
    expect(await influenceOf('feed-forward', 0)).toEqual([0])
    expect(await influenceOf('window', 0)).toEqual([0, 1, 2])
    for (const model of ['simple-rnn', 'lstm', 'peephole-lstm', 'gru', 'bidirectional-lstm'] as const) {
      expect(await influenceOf(model, 0)).toEqual([0, 1, 2, 3])
    }
  })

  test('the last word is felt: not before it, unless the network looks ahead or walks both ways', async () => {
    expect(await influenceOf('window', 3)).toEqual([1, 2, 3])
    for (const model of ['simple-rnn', 'lstm', 'peephole-lstm', 'gru'] as const) {
      expect(await influenceOf(model, 3)).toEqual([3])
      expect(await influenceOf(model, 3, 1)).toEqual([2, 3])
    }
    expect(await influenceOf('bidirectional-lstm', 3)).toEqual([0, 1, 2, 3])
  })

  test.each(modelNames)('%s: padding changes nothing', async (model) => {
    const plain = await tagsOf(model, sentence, 2)
    const padded = await tagsOf(model, [...sentence, [0, 0, 0], [0, 0, 0]], 2)
    plain.forEach((row, at) => {
      expectClose(padded[at], row)
    })
  })

  test('without hashing trigrams are not seen; with it they are', async () => {
    const changed = sentence.map(([word = 0, first = 0]) => [word, first, 1])
    const look = async (hashing: boolean, rows: readonly (readonly number[])[]): Promise<unknown> => {
      const tagger = buildTagger(sizes, { ...settings, model: 'gru', hashing })
      return tagger
        .apply(tagger.init(randomKey(4), [1, 3]), tensor([rows as number[][]], { dtype: 'int32' }), evaluation)
        .array()
    }
    expect(await look(false, changed)).toEqual(await look(false, sentence))
    expect(await look(true, changed)).not.toEqual(await look(true, sentence))
  })

  test('data without intents: tags alone', async () => {
    const tagger = buildTagger({ ...sizes, intents: 0 }, { ...settings, model: 'lstm' })
    const params = tagger.init(randomKey(1), [1, 3])
    expect(Object.keys(params)).toEqual(['words', 'trigrams', 'body', 'tags'])
    const output = tagger.apply(params, tensor([sentence], { dtype: 'int32' }), evaluation)
    expect(output.shape).toEqual([1, 16])
    expect(tagger.unpack(output, 4).intents).toBeUndefined()
  })

  test('dropout draws anew for words and for states, and not at the test', async () => {
    const tagger = buildTagger(sizes, { ...settings, model: 'lstm' })
    const params = tagger.init(randomKey(1), [1, 3])
    const run = async (seed: number): Promise<unknown> =>
      tagger.apply(params, tensor([sentence], { dtype: 'int32' }), { training: true, key: randomKey(seed) }).array()
    expect(await run(1)).toEqual(await run(1))
    expect(await run(1)).not.toEqual(await run(2))
  })
})

test('contextWindow: by hand', async () => {
  const input = tensor([
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ])
  const output = contextWindow(1, 2).apply({}, input, evaluation)
  expect(await output.array()).toEqual([
    [
      [0, 0, 1, 2, 3, 4, 5, 6],
      [1, 2, 3, 4, 5, 6, 0, 0],
      [3, 4, 5, 6, 0, 0, 0, 0],
    ],
  ])
})

test('the loss: −Σ log p of the tags, − log p of the intent, nothing for 0', async () => {
  const tagger = buildTagger(sizes, { ...settings, model: 'lstm' })
  const output = randomNormal(randomKey(3), [2, 3 * 4 + 3])
  const targets = [
    [1, 4, 2, 3],
    [2, 0, 0, 0],
  ]
  const loss = taggingLoss(tagger)(output, tensor(targets, { dtype: 'int32' }))
  const logits = (await evaluate(openReference(), output).then((computed) => computed.array())) as number[][]
  const logShare = (row: readonly number[], from: number, count: number, target: number): number => {
    const own = row.slice(from, from + count)
    return (own[target - 1] as number) - Math.log(own.reduce((sum, value) => sum + Math.exp(value), 0))
  }
  const expected = targets.map((wanted, at) => {
    const row = logits[at] as number[]
    const tags = wanted.slice(0, 3).map((tag, step) => (tag > 0 ? logShare(row, 4 * step, 4, tag) : 0))
    const intent = wanted[3] as number
    return -tags.reduce((sum, value) => sum + value, 0) - (intent > 0 ? logShare(row, 12, 3, intent) : 0)
  })
  expectClose((await loss.array()) as number[], expected)
})

test('a bag of trigrams is the product of their multi-hot vector and the table', async () => {
  const tagger = buildTagger(sizes, { ...settings, model: 'feed-forward', units: 3 })
  const params = tagger.init(randomKey(6), [1, 3]) as { readonly trigrams: { readonly table: Tensor } } & Params
  const one = await tagger.apply(params, tensor([[[2, 3, 5]]], { dtype: 'int32' }), evaluation).array()
  const other = await tagger.apply(params, tensor([[[2, 5, 3]]], { dtype: 'int32' }), evaluation).array()
  expectClose((one as number[][])[0], (other as number[][])[0])
  // Row 3 as the sum of rows 3 and 5, alone: the same again.
  const table = params.trigrams.table
  const sum = table.at(3).add(table.at(5)).expandDims(0)
  const marks = tensor([0, 0, 0, 1, 0, 0, 0]).expandDims(1).greater(0)
  const joined = { ...params, trigrams: { table: marks.where(sum, table) } }
  const alone = await tagger.apply(joined, tensor([[[2, 3, 0]]], { dtype: 'int32' }), evaluation).array()
  expectClose((alone as number[][])[0], (one as number[][])[0])
})
