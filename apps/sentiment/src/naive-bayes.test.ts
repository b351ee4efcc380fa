// Naive Bayes by hand.
import { expect, test } from 'vitest'
import { countWords } from './naive-bayes.ts'

test('counts as the equation says', () => {
  const judge = countWords([
    { words: ['good', 'good', 'film'], positive: true },
    { words: ['fine', 'film'], positive: true },
    { words: ['bad', 'film'], positive: false },
  ])
  // Four words in the vocabulary, five in positive sentences, two in the negative one.
  expect(judge(['good'])).toBeCloseTo(Math.log(2 / 1) + Math.log(3 / 9) - Math.log(1 / 6), 12)
  const film = Math.log(3 / 9) - Math.log(2 / 6)
  expect(judge(['film', 'bad'])).toBeCloseTo(Math.log(2) + film + Math.log(1 / 9) - Math.log(2 / 6), 12)
  expect(judge(['never', 'seen'])).toBeCloseTo(Math.log(2), 12)
})
