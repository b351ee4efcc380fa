// Figures and pictures of translations.
import { describe, expect, test } from 'vitest'
import type { Translation } from '../model/translator.ts'
import { drawAlignment, widthOf } from './alignment.ts'
import { collectSentences, measureQuality, type Quality } from './measure.ts'
import { describeTable, type ModelResult, toFigures, toSummary } from './results.ts'

const translation: Translation = {
  source: 'machine learning',
  text: '机器学习',
  score: -0.1,
  ended: true,
  sourcePieces: ['machine', 'learning'],
  targetPieces: ['机', '器', '学', '习'],
  weights: [
    [1, 0],
    [0.9, 0.1],
    [0.5, 0.5],
    [0.2, 0.8],
  ],
}

describe('drawAlignment', () => {
  test('a line for each symbol, a column for each piece, as wide as they are on a screen', () => {
    expect(drawAlignment(translation)).toEqual([
      '   machine learning',
      '机 ███████ ········',
      '器 ███████ ········',
      '学 ▒▒▒▒▒▒▒ ▒▒▒▒▒▒▒▒',
      '习 ░░░░░░░ ████████',
    ])
    expect([widthOf('机器'), widthOf('ab。'), widthOf('é')]).toEqual([4, 4, 1])
  })

  test('too wide: a list; without attention: nothing', () => {
    const sourcePieces = Array.from({ length: 30 }, (_, at) => `word${at}`)
    const weights = translation.targetPieces.map((_, row) => sourcePieces.map((__, at) => (at === row ? 0.7 : 0.01)))
    expect(drawAlignment({ ...translation, sourcePieces, weights })[1]).toBe('器 ← word1 0.70')
    expect(drawAlignment({ ...translation, weights: [] })).toEqual([])
  })
})

describe('measureQuality', () => {
  const pairs = [
    { en: 'He likes red cars.', zh: '他喜欢红色的车。' },
    { en: 'He likes red cars.', zh: '他爱红车。' },
    { en: `${'so '.repeat(13)}long.`, zh: '非常非常长。' },
  ]
  const sentences = collectSentences(pairs, 'en-zh')

  test('a sentence with two translations is one with two references', () => {
    expect(sentences.map(({ references, length }) => [references.length, length])).toEqual([
      [2, 4],
      [1, 14],
    ])
  })

  test('right translations have 1, by length and in all; a wrong long one spoils its class only', () => {
    const right = measureQuality(sentences, [{ text: '他爱红车。' }, { text: '非常非常长。' }], 'en-zh')
    expect([right.bleu4, right.all]).toEqual([1, 1])
    const wrong = measureQuality(sentences, [{ text: '他喜欢红色的车。' }, { text: '短' }], 'en-zh')
    expect(wrong.bleu4).toBe(1)
    expect(wrong.all).toBeLessThan(1)
    expect(wrong.byLength.map(({ label, count, bleu }) => [label, count, Number.isNaN(bleu) ? '' : bleu])).toEqual([
      ['1–3', 0, ''],
      ['4–6', 1, 1],
      ['7–9', 0, ''],
      ['10–12', 0, ''],
      ['13–16', 1, 0],
      ['17+', 0, ''],
    ])
  })
})

describe('results', () => {
  const quality = (bleu4: number): Quality => ({
    bleu4,
    all: bleu4 / 2,
    byLength: [{ label: '1–3', middle: 2, count: 7, bleu: Number.NaN }],
  })
  const result = (kind: 'plain' | 'attention', bleu4: number): ModelResult => ({
    kind,
    quality: quality(bleu4),
    loss: 1.5,
    history: [],
    translations: [],
  })

  test('table, figures and summary', () => {
    const both = [result('plain', 0.1), result('attention', 0.25)]
    const table = describeTable(both, 7).join('\n')
    expect(table).toMatch(/Without attention +10\.0 +5\.0 +–/)
    expect(table).toContain('2.50 times')
    expect(toFigures(both, 12.34, 'onnx')).toEqual({
      bleu4: 0.25,
      bleu4WithoutAttention: 0.1,
      loss: 1.5,
      seconds: 12.3,
      backend: 'onnx',
    })
    expect(toSummary(both, 1, 'onnx')?.rows[0]).toMatchObject({ value: 0.25, baseline: { value: 0.1 } })
  })

  test('one model alone, and figures of 0', () => {
    const alone = [result('plain', 0.1)]
    expect(toFigures(alone, 1, 'onnx')).toMatchObject({ bleu4: null, bleu4WithoutAttention: 0.1 })
    expect(toSummary(alone, 1, 'onnx')).toBeUndefined()
    expect(describeTable([result('plain', 0), result('attention', 0)], 7).at(-1)).toContain('still 0')
    expect(describeTable([result('plain', 0), result('attention', 0.1)], 7).at(-1)).toContain(
      'Without attention it is 0.',
    )
  })
})
