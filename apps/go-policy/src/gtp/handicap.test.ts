// Fixed handicap against the table of the specification (GTP 2 draft 2, section 4.1.1), read off its diagrams.
import { formatVertex } from '@deep-recipe/datasets/go'
import { expect, test } from 'vitest'
import { countFixedHandicaps, placeFixedHandicap } from './handicap.ts'

const named = (stones: number, size: number): string[] | undefined =>
  placeFixedHandicap(stones, size)
    ?.map((point) => formatVertex(point, size))
    .sort()

test.each([
  [2, 19, 'D4 Q16'],
  [3, 19, 'D4 Q16 D16'],
  [4, 19, 'D4 Q16 D16 Q4'],
  [5, 19, 'D4 Q16 D16 Q4 K10'],
  [6, 19, 'D4 Q16 D16 Q4 D10 Q10'],
  [7, 19, 'D4 Q16 D16 Q4 D10 Q10 K10'],
  [8, 19, 'D4 Q16 D16 Q4 D10 Q10 K4 K16'],
  [9, 19, 'D4 Q16 D16 Q4 D10 Q10 K4 K16 K10'],
  [9, 13, 'D4 K10 D10 K4 D7 K7 G4 G10 G7'],
  [9, 9, 'C3 G7 C7 G3 C5 G5 E3 E7 E5'],
  [4, 7, 'C3 E5 C5 E3'],
  [4, 8, 'C3 F6 C6 F3'],
  [4, 18, 'D4 P15 D15 P4'],
])('%d stones on %d lines', (stones, size, vertices) => {
  expect(named(stones, size)).toEqual(vertices.split(' ').sort())
})

test.each([
  [19, 9],
  [18, 4],
  [9, 9],
  [8, 4],
  [7, 4],
  [6, 0],
])('%d lines have places for up to %d stones', (size, most) => {
  expect(countFixedHandicaps(size)).toBe(most)
  for (const stones of [0, 1, most + 1, 2.5]) expect(placeFixedHandicap(stones, size)).toBeUndefined()
})
