// Batches: each view with some of its captions, the same ones from any batch on.
import { toHostArray } from '@deep-recipe/core-tensor'
import { expect, test } from 'vitest'
import { captionSource, endlessSource, joinViews, takeExamples, viewsInMemory } from './examples.ts'
import { collectWords, decodeCaption } from './words.ts'

const captions = [['a dog', 'one dog'], ['a cat'], ['a bird', 'one bird'], ['a fish'], ['a cow']]
const examples = {
  views: viewsInMemory(
    Uint8Array.from({ length: 20 }, (_, i) => 10 * Math.floor(i / 4) + i),
    [1, 2, 2],
  ),
  captions,
}
const vocabulary = collectWords(captions.flat(), 1)
/** Of a row: view, words read, words said, shares of words. */
const width = 4 + 4 + 4 + vocabulary.size
const options = { vocabulary, steps: 4, batchSize: 2 }

/** The rows of an epoch: view, words read, words said, weight. */
function listRows(epoch: number, start = 0, extra: { seed?: number; wordDropout?: number } = {}) {
  const rows: { view: number[]; read: number[]; said: number[]; weight: number }[] = []
  for (const { inputs, weights } of captionSource(examples, { ...options, ...extra }).epoch(epoch, start) as Iterable<{
    inputs: never
    weights: Float32Array
  }>) {
    const { data, shape } = toHostArray(inputs)
    expect(shape).toEqual([2, width])
    for (let row = 0; row < 2; row++) {
      const numbers = [...data.subarray(row * width, (row + 1) * width)]
      rows.push({
        view: numbers.slice(0, 4),
        read: numbers.slice(4, 8),
        said: numbers.slice(8, 12),
        weight: weights[row] ?? 0,
      })
    }
  }
  return rows
}

test('a row holds a view, the words before and the words to be said', () => {
  const [first] = listRows(0)
  expect(first?.view).toEqual([0, 1, 2, 3])
  expect(first?.read[0]).toBe(vocabulary.indexOf('<start>'))
  expect(first?.read.slice(1)).toEqual(first?.said.slice(0, 3))
  expect(decodeCaption(first?.said ?? [], vocabulary)).toBe('a dog')
})

test('a row tells which words the captions of a view have, and how many of the captions', () => {
  const [batch] = captionSource(examples, options).epoch(0, 0) as Iterable<{ inputs: never }>
  const shares = toHostArray(batch?.inputs ?? []).data.subarray(12, width)
  const shareOf = (word: string): number => shares[vocabulary.indexOf(word)] as number
  expect([shareOf('dog'), shareOf('a'), shareOf('one'), shareOf('cat'), shareOf('<end>')]).toEqual([1, 0.5, 0.5, 0, 0])
})

test('every view comes once in an epoch with one of its own captions; the last batch is filled up with weight 0', () => {
  for (const epoch of [0, 1, 2]) {
    const rows = listRows(epoch, 0, { seed: 3 })
    const real = rows.filter(({ weight }) => weight === 1)
    expect(rows.length).toBe(6)
    expect(real.map(({ view }) => view[0]).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual([0, 14, 28, 42, 56])
    for (const { view, said } of real) expect(captions[(view[0] ?? 0) / 14]).toContain(decodeCaption(said, vocabulary))
  }
})

test('a row may hold several captions: all different while there are others', () => {
  const captionsOf = (seed?: number): (string | undefined)[][] => {
    const source = captionSource(examples, { ...options, captions: 3, ...(seed !== undefined && { seed }) })
    return [...(source.epoch(0, 0) as Iterable<{ inputs: never }>)].flatMap(({ inputs }) => {
      const { data, shape } = toHostArray(inputs)
      const long = 4 + 3 * 8 + vocabulary.size
      expect(shape).toEqual([2, long])
      return [0, 1].map((row) => {
        const own = data.subarray(row * long, (row + 1) * long)
        expect(own[4 + 3 * 8 + vocabulary.indexOf('a')]).toBeGreaterThan(0)
        return [0, 1, 2].map((i) => decodeCaption(own.subarray(4 + 8 * i + 4, 4 + 8 * i + 8), vocabulary))
      })
    })
  }
  expect(captionsOf().slice(0, 2)).toEqual([
    ['a dog', 'one dog', 'a dog'],
    ['a cat', 'a cat', 'a cat'],
  ])
  for (const said of captionsOf(3)) expect(new Set(said).size).toBe(/dog|bird/.test(said[0] ?? '') ? 2 : 1)
})

test('an epoch can be taken up at any batch, with the same words left out', () => {
  const extra = { seed: 3, wordDropout: 0.5 }
  expect(listRows(4, 1, extra)).toEqual(listRows(4, 0, extra).slice(2))
  expect(listRows(4, 0, extra)).not.toEqual(listRows(5, 0, extra))
})

test('of examples without end each epoch has the next ones, and can be taken up at any batch', () => {
  const drawn: [number, number][] = []
  const draw = (first: number, count: number) => {
    drawn.push([first, count])
    return takeExamples(
      examples,
      Array.from({ length: count }, (_, i) => (first + i) % 5),
    )
  }
  const source = endlessSource({ count: 5, draw }, { ...options, seed: 3, wordDropout: 0.5 })
  const list = (epoch: number, start: number) =>
    [...(source.epoch(epoch, start) as Iterable<{ inputs: never; weights: Float32Array }>)].map(
      ({ inputs, weights }) => [[...toHostArray(inputs).data], [...weights]] as const,
    )
  const whole = list(1, 0)
  expect(drawn).toEqual([6, 8, 10].map((first) => [first, 2]))
  expect(whole.map(([numbers]) => [numbers[0], numbers[width]])).toEqual([
    [14, 28],
    [42, 56],
    [0, 14],
  ])
  expect(whole.flatMap(([, weights]) => weights)).toEqual([1, 1, 1, 1, 1, 1])
  expect(list(1, 2)).toEqual(whole.slice(2))
})

test('words are left out of what is read, never of what is to be said', () => {
  const rows = [0, 1, 2, 3].flatMap((epoch) => listRows(epoch, 0, { seed: 3, wordDropout: 0.5 }))
  expect(rows.some(({ read }) => read.includes(1))).toBe(true)
  expect(rows.some(({ said }) => said.includes(1))).toBe(false)
  expect(rows.every(({ read }) => read[0] === vocabulary.indexOf('<start>'))).toBe(true)
})

test('a part of the examples, and views joined', () => {
  const part = takeExamples(examples, [3, 1])
  expect(part.captions).toEqual([['a fish'], ['a cat']])
  expect([...joinViews(part.views, 0, 2).data]).toEqual([42, 43, 44, 45, 14, 15, 16, 17])
})
