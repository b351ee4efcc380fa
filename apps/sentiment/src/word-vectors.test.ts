// Word vectors: sums of rows, nothing for what is in no table, and words left out.
import { randomKey, tensor } from '@deep-recipe/core-tensor'
import { evaluation } from '@deep-recipe/layers-core'
import { expect, test } from 'vitest'
import { wordDropout, wordVectors } from './word-vectors.ts'

const sizes = { words: 5, trigrams: 6, width: 3 }
const input = tensor([
  [
    [2, 3, 5],
    [4, 2, 0],
    [1, 0, 0],
    [0, 0, 0],
  ],
])

test.each(['words', 'trigrams', 'both'] as const)('read %s', async (reads) => {
  const layer = wordVectors({ ...sizes, reads })
  const params = layer.init(randomKey(1), [4, 3])
  expect(Object.keys(params)).toEqual({ words: ['word'], trigrams: ['trigram'], both: ['word', 'trigram'] }[reads])
  const rows = async (name: string): Promise<number[][]> => ((await params[name]?.array()) ?? []) as number[][]
  const [word, trigram] = [await rows('word'), await rows('trigram')]
  const sum = (...parts: (number[] | undefined)[]): number[] =>
    [0, 1, 2].map((i) => parts.reduce((total, part) => total + (part?.[i] ?? 0), 0))
  const wanted = [sum(word[2], trigram[3], trigram[5]), sum(word[4], trigram[2]), sum(), sum()]
  const [vectors] = (await layer.apply(params, input.cast('int32'), evaluation).array()) as number[][][]
  vectors?.forEach((vector, step) => {
    vector.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[step]?.[i] as number, 6)
    })
  })
})

test('word dropout leaves out whole words, and only while training', async () => {
  const layer = wordDropout(0.4)
  const vectors = tensor(new Float32Array(3000).fill(1), { shape: [10, 100, 3] })
  const dropped = (await layer.apply({}, vectors, { training: true, key: randomKey(2) }).array()) as number[][][]
  const sums = dropped.flat().map((vector) => vector.reduce((a, b) => a + b))
  expect(new Set(sums)).toEqual(new Set([0, 3]))
  const share = sums.filter((sum) => sum === 0).length / sums.length
  expect(share).toBeGreaterThan(0.34)
  expect(share).toBeLessThan(0.46)
  expect(layer.apply({}, vectors, evaluation)).toBe(vectors)
  expect(() => layer.apply({}, vectors, { training: true })).toThrow('a random key')
})
