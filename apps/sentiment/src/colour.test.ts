// Colours: when they are shown, and which word gets which.
import { expect, test } from 'vitest'
import { colourVerdict, colourWords, showsColours } from './colour.ts'

test('words by their share of the largest weight', () => {
  expect(colourWords(['bad', 'film', 'but', 'fun'], [-1, 0.01, -0.2, 0.5])).toBe(
    '\u001b[97;48;5;124mbad\u001b[0m film \u001b[97;48;5;52mbut\u001b[0m \u001b[97;48;5;28mfun\u001b[0m',
  )
  expect(colourWords(['a', 'b'], [0, 0])).toBe('a b')
  expect(colourWords(['a'], [])).toBe('a')
  expect(colourVerdict('yes', true)).toBe('\u001b[1;32myes\u001b[0m')
})

test('only where somebody sees them, unless told', () => {
  expect(showsColours({ isTTY: true }, {})).toBe(true)
  expect(showsColours({}, {})).toBe(false)
  expect(showsColours({ isTTY: true }, { TERM: 'dumb' })).toBe(false)
  expect(showsColours({ isTTY: true }, { NO_COLOR: '1' })).toBe(false)
  expect(showsColours({}, { FORCE_COLOR: '1' })).toBe(true)
  expect(showsColours({}, { FORCE_COLOR: '0' })).toBe(false)
})
