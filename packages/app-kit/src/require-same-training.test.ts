// Resumed runs: the first setting that differs is named, and none is none however it is written.
import { expect, test } from 'vitest'
import { UsageError } from './errors.ts'
import { requireSameTraining } from './require-same-training.ts'

test('the same settings pass, whatever else is asked for', () => {
  expect(requireSameTraining('the run in runs/a', {}, { units: 3 })).toBeUndefined()
  expect(
    requireSameTraining('the run in runs/a', { units: 3, data: undefined }, { units: 3, data: null, beams: 5 }),
  ).toBeUndefined()
})

test.each([
  [{ units: 3 }, { units: 4 }, '--units: expected 3, with which the run in runs/a began, received 4.'],
  [{ wordDropout: 0 }, {}, '--word-dropout: expected 0, with which the run in runs/a began, received none.'],
  [{ data: null }, { data: '/x' }, '--data: expected none, with which the run in runs/a began, received /x.'],
  [{ units: 3 }, { units: '3' }, '--units: expected 3, with which the run in runs/a began, received 3.'],
])('%j is not %j', (began, now, message) => {
  const attempt = (): void => requireSameTraining('the run in runs/a', began, now)
  expect(attempt).toThrow(UsageError)
  expect(attempt).toThrow(message)
})
