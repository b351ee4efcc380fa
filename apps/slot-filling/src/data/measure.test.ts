// Measures by hand: chunks, intents, and words that were never seen.
import { expect, test } from 'vitest'
import { buildCoder } from '../text/coder.ts'
import { listUnknown, measureAnswers } from './measure.ts'

const coder = buildCoder([
  { words: ['fly', 'to', 'oslo', 'at', '8'], tags: ['O', 'O', 'B-to', 'O', 'B-time'], intent: 'fly' },
  { words: ['fly', 'from', 'rio'], tags: ['O', 'O', 'B-from'], intent: 'leave' },
])
const sentences = [
  { words: ['fly', 'to', 'turku', 'at', '9'], tags: ['O', 'O', 'B-to', 'O', 'B-time'], intent: 'fly' },
  { words: ['walk', 'from', 'new', 'rio'], tags: ['O', 'O', 'B-from', 'I-from'], intent: 'walk' },
  { words: ['fly'], tags: ['B-act'], intent: undefined },
]
const answers = [
  { tags: ['O', 'O', 'B-to', 'O', 'O'], intent: 'fly' },
  { tags: ['O', 'O', 'B-from', 'O'], intent: 'fly' },
  { tags: ['O'], intent: 'fly' },
]

test('chunks, intents of those sentences that have one, unseen words and their slots', () => {
  const { scores, intentAccuracy, unseen } = measureAnswers(coder, sentences, answers)
  // Right slots: turku, 9, "new rio", "fly" (to act). Found: turku, and "new" alone.
  expect([scores.correct, scores.expected, scores.predicted]).toEqual([1, 4, 2])
  expect(intentAccuracy).toBe(1 / 2)
  // Unseen: turku, walk, new; 9 is like 8. In two slots, of which one was found.
  expect(unseen).toEqual({ words: 3, accuracy: 1, chunks: 2, recall: 1 / 2 })
})

test('data without intents, or without unseen words', () => {
  const plain = buildCoder([{ words: ['a'], tags: ['O'], intent: undefined }])
  const measured = measureAnswers(
    plain,
    [{ words: ['a'], tags: ['O'], intent: 'x' }],
    [{ tags: ['O'], intent: undefined }],
  )
  expect(measured.intentAccuracy).toBeUndefined()
  expect(measured.unseen).toEqual({ words: 0, accuracy: 0, chunks: 0, recall: 0 })
})

test('what no answer can be: tags and intents that training lacks', () => {
  expect(listUnknown(coder, sentences)).toEqual({ tags: ['B-act', 'I-from'], intents: ['walk'] })
})
