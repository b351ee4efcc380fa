// The totals that `npm test` ends with must not hide a failure of any kind.
import { expect, test } from 'vitest'
import { countTests } from './count-tests.ts'

const file = (status: string, ...tests: string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map((each) => ({ status: each })),
})

test('counts tests one by one, and what was skipped as neither', () => {
  const report = { testResults: [file('passed', 'passed', 'skipped', 'todo'), file('failed', 'passed', 'failed')] }
  expect(countTests(report, false)).toEqual({ passed: 2, failed: 1, skipped: 2 })
})

test('a file that could not be loaded is one failure', () => {
  expect(countTests({ testResults: [file('failed')] }, false)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})

test('a file whose tests passed but whose clean-up threw is one failure', () => {
  expect(countTests({ testResults: [file('failed', 'passed')] }, false)).toEqual({ passed: 1, failed: 1, skipped: 0 })
})

test('an error outside every test is one failure', () => {
  expect(countTests({ testResults: [file('passed', 'passed')] }, false)).toEqual({ passed: 1, failed: 1, skipped: 0 })
})
