// Early stopping as a state machine: what improves, and when it stops.
import { ValueError } from '@deep-recipe/core-tensor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EarlyStoppingRule, nothingSeen, observe } from './early-stopping.ts'

/** `+` for an improvement, `.` for none, `!` for the end. */
function follow(values: readonly number[], rule?: EarlyStoppingRule): string {
  let state = nothingSeen
  return values
    .map((value) => {
      const decision = observe(state, value, rule)
      state = decision.state
      return decision.stop ? '!' : decision.improved ? '+' : '.'
    })
    .join('')
}

test.each<[string, number[], EarlyStoppingRule | undefined, string]>([
  ['the third evaluation in a row without improvement, by default', [3, 2, 2, 2, 2], undefined, '++..!'],
  ['an improvement begins the wait anew', [3, 4, 4, 2, 3, 3, 3], undefined, '+..+..!'],
  ['patience 1', [3, 2, 2.5], { patience: 1 }, '++!'],
  ['larger is better', [0.5, 0.6, 0.6, 0.7, 0.1, 0.2], { patience: 2, better: 'larger' }, '++.+.!'],
  ['equal is no improvement', [1, 1, 1], { patience: 2 }, '+.!'],
  [
    'an improvement must be larger than the least change',
    [10, 9.5, 9, 8.75],
    { patience: 9, minimumChange: 0.5 },
    '+.+.',
  ],
  ['small steps add up until they count', [1, 0.75, 0.5, 0.25], { patience: 9, minimumChange: 0.5 }, '+..+'],
  ['NaN never improves', [Number.NaN, 2, Number.NaN, 1], { patience: 3 }, '.+.+'],
  ['nothing but NaN stops', [Number.NaN, Number.NaN], { patience: 2 }, '.!'],
  ['∞ is a number that can be beaten', [Number.POSITIVE_INFINITY, 5, Number.POSITIVE_INFINITY], { patience: 2 }, '++.'],
  ['∞ after ∞ is no improvement', [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], { patience: 1 }, '+!'],
])('%s', (_, values, rule, wanted) => {
  expect(follow(values, rule)).toBe(wanted)
})

test('for any values it stops exactly when `patience` evaluations have passed since the best', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1 }),
      fc.integer({ min: 1, max: 4 }),
      (values, patience) => {
        const told = follow(values, { patience })
        values.forEach((_, at) => {
          const before = values.slice(0, at + 1)
          const since = at - before.indexOf(Math.min(...before))
          expect(told[at] === '!').toBe(since >= patience)
        })
      },
    ),
  )
})

test('the state is plain data that JSON keeps', () => {
  const { state } = observe(observe(nothingSeen, 3).state, 4)
  expect(state).toEqual({ best: 3, waited: 1 })
  expect(observe(JSON.parse(JSON.stringify(state)), 2)).toEqual({
    state: { best: 2, waited: 0 },
    improved: true,
    stop: false,
  })
})

describe('bad rules', () => {
  test.each<[EarlyStoppingRule, RegExp]>([
    [{ patience: 0 }, /patience: expected a whole number, 1 or more, received 0/],
    [{ patience: 1.5 }, /patience/],
    [{ minimumChange: -1 }, /minimumChange: expected a finite number, 0 or more, received -1/],
    [{ minimumChange: Number.NaN }, /minimumChange/],
  ])('%o', (rule, message) => {
    expect(() => observe(nothingSeen, 1, rule)).toThrow(ValueError)
    expect(() => observe(nothingSeen, 1, rule)).toThrow(message)
  })
})
