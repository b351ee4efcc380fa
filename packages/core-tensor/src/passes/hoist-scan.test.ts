import fc from 'fast-check'
import { describe, test } from 'vitest'
import { expectSameValues } from './fixtures/compare-graphs.ts'
import { makeRandomScan } from './fixtures/random-scan.ts'
import { hoistScan } from './hoist-scan.ts'
import { optimizeGraph } from './optimize.ts'

describe.each([
  ['hoistScan', hoistScan],
  ['optimizeGraph', optimizeGraph],
])('%s', (_, pass) => {
  test('keeps the values of random scans', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expectSameValues(makeRandomScan(seed), pass)
      }),
      { numRuns: 150 },
    )
  })
})
