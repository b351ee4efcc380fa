// Tagged sentences: both forms, and every malformed line told with its file and number.
import { describe, expect, test } from 'vitest'
import { TextError } from '../../errors.ts'
import { type ReadIobOptions, type ReadSentence, readTaggedSentences } from './read-iob.ts'

async function read(text: string, options: ReadIobOptions = {}): Promise<ReadSentence[]> {
  const sentences: ReadSentence[] = []
  const source = [new TextEncoder().encode(text)]
  for await (const sentence of readTaggedSentences(source, { name: 'file.iob', ...options })) sentences.push(sentence)
  return sentences
}

describe('a sentence a line', () => {
  test('with intent, split at runs of spaces', async () => {
    expect(await read('BOS fly to  san jose EOS\t O O O B-city I-city atis_flight#atis_fare\n')).toEqual([
      {
        words: ['fly', 'to', 'san', 'jose'],
        tags: ['O', 'O', 'B-city', 'I-city'],
        intent: 'atis_flight#atis_fare',
        line: 1,
      },
    ])
  })

  test('without intent, with empty lines and Windows ends', async () => {
    const sentences = await read('\r\nBOS hello EOS\tO O O\r\n\r\nBOS bye EOS\tO B-end O\r\n')
    expect(sentences.map(({ line, intent }) => [line, intent])).toEqual([
      [2, undefined],
      [4, undefined],
    ])
  })

  test.each([
    ['no tab', 'BOS a EOS O O x', /line 2: expected a tab between words and tags, received a line without/],
    ['two tabs', 'BOS a EOS\tO O\tx', /line 2: expected one tab, between words and tags, received 2 tabs/],
    ['a tag too few', 'BOS a b EOS\tO O x', /line 2: expected 4 tags, one for each word, BOS and EOS, received 3/],
    ['a tag too many', 'BOS a EOS\tO O O x', /line 2: expected 3 tags/],
    ['no tags', 'BOS a EOS\t', /line 2: expected 3 tags.*received 0/],
    ['no BOS', 'a b EOS\tO O x', /line 2: expected words between BOS and EOS, received 'a b EOS … EOS'/],
    ['no EOS', 'BOS a b\tO O O', /expected words between BOS and EOS/],
    ['only BOS', 'BOS\tO', /expected words between BOS and EOS/],
    [
      'a tag that is none',
      'BOS a EOS\tO X-city x',
      /line 2: expected tags such as O, B-city and I-city, received 'X-city'/,
    ],
    ['a tag without a name', 'BOS a EOS\tO B- x', /received 'B-'/],
    ['an intent in the place of a tag', 'BOS a EOS\tO x O', /received 'x'/],
    ['a tag at BOS', 'BOS a EOS\tB-a O x', /expected the tag O for BOS, received 'B-a'/],
    ['no words', 'BOS EOS\tO x', /line 2: expected at least one word between BOS and EOS, received none/],
  ])('%s', async (_, line, message) => {
    const failure = read(`BOS a EOS\tO O x\n${line}\nBOS a EOS\tO O x\n`)
    await expect(failure).rejects.toThrow(TextError)
    await expect(failure).rejects.toThrow(message)
    await expect(failure).rejects.toThrow(/^file\.iob, line 2: /)
  })

  test('the sentences before a malformed one are given', async () => {
    const seen: number[] = []
    const source = [new TextEncoder().encode('BOS a EOS\tO O x\nBOS b EOS\tO O x\nBOS c\tO\n')]
    await expect(
      (async () => {
        for await (const { line } of readTaggedSentences(source)) seen.push(line)
      })(),
    ).rejects.toThrow('text, line 3')
    expect(seen).toEqual([1, 2])
  })

  test('bytes that are not UTF-8', async () => {
    const bytes = Uint8Array.of(...new TextEncoder().encode('BOS a EOS\tO O x\nBOS caf'), 0xe9)
    const failure = (async () => {
      for await (const _ of readTaggedSentences([bytes], { name: 'file.iob' }));
    })()
    await expect(failure).rejects.toThrow('file.iob, line 2: expected text in UTF-8')
  })
})

describe('a word a line', () => {
  test('sentences apart by empty lines, tag last, any columns between', async () => {
    const text = '-DOCSTART- -X- O\n\nEU NNP B-org\nrejects VBZ O\n\n\n# NN O\nPeter\tNNP\tI-per'
    expect(await read(text)).toEqual([
      { words: ['EU', 'rejects'], tags: ['B-org', 'O'], intent: undefined, line: 3 },
      { words: ['#', 'Peter'], tags: ['O', 'I-per'], intent: undefined, line: 7 },
    ])
  })

  test('an intent alone on the last line, or as a comment before', async () => {
    const alone = await read('play O\njazz B-genre\nPlayMusic\n\nstop O\nStop\n')
    expect(alone.map(({ intent, words }) => [intent, words.length])).toEqual([
      ['PlayMusic', 2],
      ['Stop', 1],
    ])
    const before = await read('# text: play jazz\n# intent: PlayMusic\nplay O\njazz B-genre\n\nstop O\n')
    expect(before.map(({ intent }) => intent)).toEqual(['PlayMusic', undefined])
  })

  test.each([
    ['a word without tag', 'a\nb O\n', /line 1: expected a word and its tag, received 'a' alone/],
    ['a word after the intent', 'a O\nStop\nb O\n', /line 3: expected an empty line after the intent, received 'b O'/],
    ['a tag that is none', 'a O\nb X\n', /line 2: expected tags such as O, B-city and I-city, received 'X'/],
  ])('%s', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message)
  })

  test('the format can be said', async () => {
    await expect(read('a O\n', { format: 'lines' })).rejects.toThrow('expected a tab')
    expect((await read('BOS a O\n', { format: 'columns' }))[0]?.words).toEqual(['BOS'])
  })
})

// As its publishers count it: DEEP_RECIPE_ATIS names a folder with atis.train.w-intent.iob and atis.test.w-intent.iob.
const real = process.env.DEEP_RECIPE_ATIS ?? ''
test.skipIf(real === '').each([
  ['train', 4978, 56_200, 898, 121, 22],
  ['test', 893, 9164, undefined, undefined, 20],
])('ATIS, %s', async (part, sentences, words, distinct, tags, intents) => {
  const seen = {
    sentences: 0,
    words: 0,
    distinct: new Set<string>(),
    tags: new Set<string>(),
    intents: new Set<string>(),
  }
  for await (const sentence of readTaggedSentences(`${real}/atis.${part}.w-intent.iob`)) {
    seen.sentences++
    seen.words += sentence.words.length
    for (const word of sentence.words) seen.distinct.add(word)
    for (const tag of sentence.tags) seen.tags.add(tag)
    seen.intents.add(sentence.intent as string)
  }
  expect([seen.sentences, seen.words, seen.intents.size]).toEqual([sentences, words, intents])
  if (distinct !== undefined) expect([seen.distinct.size, seen.tags.size]).toEqual([distinct, tags])
})
