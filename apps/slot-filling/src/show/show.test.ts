// Sentences with their slots in a terminal, with and without colours; and the table of two meanings.
import { describe, expect, test } from 'vitest'
import type { Answer } from '../network/apply-tagger.ts'
import { countRight, formatContrast } from './contrast-table.ts'
import { wantsColor } from './paint.ts'
import { formatSentence, listSlotNames, listSlots, toTaggedSpans } from './show-sentence.ts'

describe('wantsColor', () => {
  test.each([
    [true, {}, true],
    [false, {}, false],
    [undefined, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('a terminal: %s, environment %o → %s', (isTTY, environment, expected) => {
    expect(wantsColor({ isTTY }, environment)).toBe(expected)
  })
})

const words = ['arrive', 'New', 'York', 'on', 'Monday']
const answer: Answer = {
  tags: ['O', 'B-destination', 'I-destination', 'O', 'B-arrival_time'],
  probabilities: [1, 0.9, 0.5, 1, 0.8],
  intent: 'book_ticket',
  intentProbability: 0.75,
}
const slots = listSlotNames(['O', 'B-destination', 'I-destination', 'B-arrival_time'])

describe('formatSentence', () => {
  test('slots, the probability that all of their words are right, the intent', () => {
    expect(formatSentence(words, answer, { color: false, slots })).toBe(
      'arrive [New York](destination 0.45) on [Monday](arrival_time 0.80)  → book_ticket 0.75',
    )
    expect(listSlots(words, answer)[0]).toEqual({
      slot: 'destination',
      text: 'New York',
      start: 1,
      end: 3,
      probability: 0.45,
    })
  })

  test('in colours: the same words, one colour for each kind of slot', () => {
    const painted = formatSentence(words, answer, { color: true, slots })
    const mark = String.fromCharCode(27)
    const plain = painted.replaceAll(new RegExp(`${mark}\\[[0-9;]*m`, 'g'), '')
    expect(plain).toBe('arrive New York destination 0.45 on Monday arrival_time 0.80  → book_ticket 0.75')
    expect(painted).toContain(`${mark}[1;38;5;166mNew York${mark}[0m`)
    expect(painted).toContain(`${mark}[1;38;5;33mMonday${mark}[0m`)
  })

  test('no words, no slots, no intent', () => {
    const none = { tags: [], probabilities: [], intent: undefined, intentProbability: undefined }
    expect(formatSentence([], none, { color: true, slots })).toBe('')
    const plain = { ...none, tags: ['O', 'O'], probabilities: [1, 1] }
    expect(formatSentence(['good', 'morning'], plain, { color: true, slots })).toBe('good morning')
  })
})

test('spans of a report: words outside slots by themselves, certain slots without a probability', () => {
  expect(toTaggedSpans(words, answer)).toEqual([
    { text: 'arrive' },
    { text: 'New York', tag: 'destination', note: '0.45' },
    { text: 'on' },
    { text: 'Monday', tag: 'arrival_time', note: '0.80' },
  ])
  expect(toTaggedSpans(['Monday'], { ...answer, tags: ['B-arrival_time'], probabilities: [1] })).toEqual([
    { text: 'Monday', tag: 'arrival_time' },
  ])
})

test('the contrast: who is right twice, and who cannot know', () => {
  const contrast = {
    word: 'taipei',
    sides: [
      { words: ['arrive', 'taipei'], at: 1, tag: 'B-to' },
      { words: ['leave', 'taipei'], at: 1, tag: 'B-from' },
    ],
  } as const
  const blind = {
    title: 'Blind',
    shares: [
      [0.4, 0.6],
      [0.4, 0.6],
    ],
  } as const
  const seeing = {
    title: 'Seeing',
    shares: [
      [0.9, 0.1],
      [0.2, 0.8],
    ],
  } as const
  const wrong = {
    title: 'Wrong',
    shares: [
      [0.1, 0.9],
      [0.8, 0.2],
    ],
  } as const
  expect([blind, seeing, wrong].map(countRight)).toEqual([1, 2, 0])
  const [, , ...lines] = formatContrast(contrast, [blind, seeing, wrong])
  expect(lines).toEqual([
    'Blind    0.400   0.600   |   0.400   0.600   the same twice: it cannot know',
    'Seeing   0.900   0.100   |   0.200   0.800   both right',
    'Wrong    0.100   0.900   |   0.800   0.200   none right',
  ])
})
