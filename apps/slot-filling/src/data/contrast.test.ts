// Which word is shown in two meanings.
import { generateTickets, type TaggedSentence } from '@deep-recipe/datasets/words'
import { expect, test } from 'vitest'
import { findContrast } from './contrast.ts'

const say = (text: string, tags: string): TaggedSentence => ({
  words: text.split(' '),
  tags: tags.split(' '),
  intent: undefined,
})

test('of generated sentences: arrive and leave Taipei', () => {
  const contrast = findContrast(generateTickets({ count: 200, seed: 1 }), [], true)
  expect(contrast?.sides.map(({ words, at, tag }) => `${words.join(' ')} ${at} ${tag}`)).toEqual([
    'arrive taipei on november 2nd 1 B-destination',
    'leave taipei on november 2nd 1 B-departure_place',
  ])
})

test('of others: the word that is most often two things, in the shortest sentences of the test', () => {
  const train = [
    say('to oslo', 'O B-to'),
    say('from oslo', 'O B-from'),
    say('from oslo', 'O B-from'),
    say('to rio', 'O B-to'),
    say('to rio', 'O B-to'),
    say('from rio', 'O B-from'),
    say('rio to rio', 'B-from O B-to'),
  ]
  const testing = [
    say('please fly to rio', 'O O O B-to'),
    say('to rio', 'O B-to'),
    say('oslo to rio', 'B-from O B-to'),
    say('rio', 'B-from'),
    say('rio to rio', 'B-from O B-to'),
  ]
  expect(findContrast(train, testing, false)).toEqual({
    word: 'rio',
    sides: [
      { words: ['to', 'rio'], at: 1, tag: 'B-to' },
      { words: ['rio'], at: 0, tag: 'B-from' },
    ],
  })
})

test('none where every word is one thing', () => {
  const sentences = [say('to oslo', 'O B-to'), say('from rio', 'O B-from')]
  expect(findContrast(sentences, sentences, false)).toBeUndefined()
})
