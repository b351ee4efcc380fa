// The values that options take, and that their types say the same.
import fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import { defineCommand } from './define-app.ts'
import { UsageError } from './errors.ts'
import { choiceOption, flagOption, formatOptionName, integerOption, numberOption, textOption } from './options.ts'

const description = 'd'

test('every whole number within the bounds is taken, and nothing else', () => {
  const option = integerOption({ description, least: -5, most: 1e6 })
  fc.assert(
    fc.property(fc.integer(), (value) => {
      if (value >= -5 && value <= 1e6) expect(option.parse('--x', String(value))).toBe(value)
      else expect(() => option.parse('--x', String(value))).toThrow(UsageError)
    }),
  )
  for (const text of ['', ' ', '1 ', 'NaN', 'Infinity', '1e400', '1,5', '1_000', '0b1', '--', '1.5']) {
    expect(() => option.parse('--x', text)).toThrow(/--x: expected a whole number from -5 to 1000000, received '/)
  }
})

test('numbers are read as JavaScript prints them', () => {
  const option = numberOption({ description })
  fc.assert(
    fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
      expect(option.parse('--x', Object.is(value, -0) ? '-0' : String(value))).toBe(value)
    }),
  )
  expect(option.parse('--x', '+.5')).toBe(0.5)
  expect(() => numberOption({ description, most: 1 }).parse('--x', '2')).toThrow(/a number of at most 1/)
})

test('the types of the values follow the options', () => {
  defineCommand({
    summary: '',
    options: {
      count: integerOption({ description, default: 1 }),
      level: numberOption({ description }),
      kind: choiceOption(['a', 'b'], { description, default: 'a' }),
      other: choiceOption(['c'], { description }),
      file: textOption({ description }),
      isOn: flagOption({ description }),
    },
    async start({ options }) {
      expectTypeOf(options.count).toEqualTypeOf<number>()
      expectTypeOf(options.level).toEqualTypeOf<number | undefined>()
      expectTypeOf(options.kind).toEqualTypeOf<'a' | 'b'>()
      expectTypeOf(options.other).toEqualTypeOf<'c' | undefined>()
      expectTypeOf(options.file).toEqualTypeOf<string | undefined>()
      expectTypeOf(options.isOn).toEqualTypeOf<boolean>()
      expectTypeOf(options.out).toEqualTypeOf<string>()
    },
  })
  expect(formatOptionName('noiseLevelOfAll')).toBe('--noise-level-of-all')
})
