// Sentences to words and numbers and back, what is copied, and the division by sentence.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '@deep-recipe/app-kit'
import { generatePhrasePairs, otherIndex } from '@deep-recipe/datasets/words'
import { afterAll, describe, expect, test } from 'vitest'
import { learnCodec, readCodec } from './codec.ts'
import { loadPairs, type Pair, splitPairs } from './data.ts'
import { joinSentence, splitSentence, wordsToCompare } from './languages.ts'

describe('languages', () => {
  test('Chinese is cut into characters, names stay whole', () => {
    expect(splitSentence('我在New York学C3PO。', 'zh')).toEqual(['我', '在', 'New', 'York', '学', 'C3PO', '。'])
    expect(joinSentence(['我', '在', 'New', 'York', '学', '。'], 'zh')).toBe('我在New York学。')
  })

  test('English keeps its apostrophes; marks find their words again', () => {
    expect(splitSentence("Don't go, Tom!", 'en')).toEqual(["Don't", 'go', ',', 'Tom', '!'])
    expect(joinSentence(['i', "don't", 'know', '.', 'do', 'you', '?'], 'en')).toBe("I don't know. Do you?")
  })

  test('translations are compared without case, spaces and invisible characters', () => {
    expect(wordsToCompare(' Hello ,  World.\u200B', 'en')).toEqual(['hello', ',', 'world', '.'])
    expect(wordsToCompare('你 好\u3000。', 'zh')).toEqual(['你', '好', '。'])
  })
})

describe('codecs', () => {
  const pairs = generatePhrasePairs({ count: 400, seed: 2 })
  const options = { merges: 100, minimumCount: 3 }
  const english = learnCodec(
    pairs.map(({ source }) => source),
    'en',
    options,
  )
  const chinese = learnCodec(
    pairs.map(({ target }) => target),
    'zh',
    options,
  )
  const noCopy = (): string => {
    throw new Error('nothing to copy')
  }

  test('what is known comes back; a saved codec is the same', () => {
    const text = 'I want to learn machine learning.'
    const { symbols, words } = english.encode(text)
    expect(symbols.every((symbol) => symbol > 3)).toBe(true)
    expect(english.decode(symbols, noCopy)).toBe(text)
    expect(new Set(words)).toEqual(new Set(['I', 'want', 'to', 'learn', 'machine', 'learning', '.']))
    const again = readCodec(JSON.parse(JSON.stringify(english.toJson())))
    expect(again.encode(text)).toEqual(english.encode(text))
    expect(again.size).toBe(english.size)
    const zh = '我想学机器学习。'
    expect(chinese.decode(chinese.encode(zh).symbols, noCopy)).toBe(zh)
  })

  test('unknown names are "other" in Chinese, and are copied as they are written', () => {
    const { symbols } = chinese.encode('Zyxwvu想学机器学习。')
    expect(symbols[0]).toBe(otherIndex)
    const source = english.encode('Zyxwvu wants to learn machine learning.')
    // Each piece knows the word it is a part of.
    expect(source.words[0]).toBe('Zyxwvu')
    expect(source.symbols).not.toContain(otherIndex)
    expect(chinese.decode(symbols, () => source.words[0] as string)).toBe('Zyxwvu想学机器学习。')
  })

  test('into English, what the source can only pass on is "other" too', () => {
    const source = chinese.encode('Zyxwvu想学机器学习。')
    const target = english.encodeTarget('Zyxwvu wants to learn machine learning.', source)
    expect(target[0]).toBe(otherIndex)
    expect(target.slice(1)).toEqual(english.encode('wants to learn machine learning.').symbols)
    expect(english.decode(target, () => 'Zyxwvu')).toBe('Zyxwvu wants to learn machine learning.')
  })

  test('a character that was never seen is one "other"', () => {
    expect(english.encode('☃').symbols).toEqual([otherIndex])
    expect(english.encode('').symbols).toEqual([])
  })
})

describe('splitPairs', () => {
  const pairs: Pair[] = Array.from({ length: 2000 }, (_, at) => ({
    en: `sentence ${at % 900}`,
    zh: `句子${at % 1100}`,
  }))

  test('no sentence of the test is in the training, in either language and in whatever case', () => {
    const mixed = [...pairs.slice(0, 300), { en: 'Sentence 5 !', zh: '别的' }, { en: 'other', zh: '句子7。' }]
    const { train, validation, test: held } = splitPairs(mixed, { seed: 1, trainSize: undefined })
    const plain = (text: string): string => text.toLowerCase().replace(/[\s\p{P}]+/gu, '')
    for (const side of ['en', 'zh'] as const) {
      const learnt = new Set([...train, ...validation].map((pair) => plain(pair[side])))
      for (const pair of held) expect(learnt.has(plain(pair[side]))).toBe(false)
    }
    expect(held.length).toBeGreaterThanOrEqual(15)
    expect(train.length + validation.length + held.length).toBe(302)
  })

  test('the same seed divides the same way; trainSize takes fewer', () => {
    const [one, two] = [
      splitPairs(pairs, { seed: 3, trainSize: undefined }),
      splitPairs(pairs, { seed: 3, trainSize: 60 }),
    ]
    expect(two.test).toEqual(one.test)
    expect(two.train).toEqual(one.train.slice(0, 60))
    expect(splitPairs(pairs.slice(0, 400), { seed: 4, trainSize: undefined }).test).not.toEqual(
      splitPairs(pairs.slice(0, 400), { seed: 3, trainSize: undefined }).test,
    )
  })
})

describe('loadPairs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'translation-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const settings = { folder, generated: 0, trainSize: undefined, longest: 10, seed: 1 }
  const lines = (count: number): string[] => Array.from({ length: count }, (_, at) => `Number ${at}.\t数字${at}。`)

  test('broken and long lines are told and passed over', async () => {
    const long = `${'very '.repeat(20)}long\t很长`
    writeFileSync(join(folder, 'pairs.txt'), [...lines(80), 'no tab', '\t空', long, ''].join('\n'))
    const { train, validation, test: held, problems } = await loadPairs(settings)
    expect(train.length + validation.length + held.length).toBe(80)
    expect(problems.join('\n')).toMatch(
      /line 81: .*no tab[\s\S]*line 82: .*nothing before the tab[\s\S]*1 pairs are longer/,
    )
  })

  test('too few pairs, and columns the other way round, are mistakes', async () => {
    writeFileSync(join(folder, 'pairs.txt'), lines(10).join('\n'))
    await expect(loadPairs(settings)).rejects.toThrow(UsageError)
    const turned = Array.from({ length: 80 }, (_, at) => `数字${at}。\tNumber ${at}.`)
    writeFileSync(join(folder, 'pairs.txt'), turned.join('\n'))
    await expect(loadPairs(settings)).rejects.toThrow(/English before the tab and Chinese after it/)
  })
})
