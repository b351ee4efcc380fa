// Counts what a vitest JSON report says. Apart from run-checks.ts so that the counting can be tested by itself: a
// test file that could not be loaded and an error outside every test must count as failures too.

/** How many tests, or checks, went which way. */
export interface Outcome {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The part of vitest's JSON report that is read here. */
export interface TestReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/** Counts the tests of a report; `ok` says whether vitest itself ended with success. */
export function countTests(report: TestReport, ok: boolean): Outcome {
  const outcome = { passed: 0, failed: 0, skipped: 0 }
  for (const file of report.testResults) {
    let failed = 0
    for (const { status } of file.assertionResults) {
      if (status === 'passed') outcome.passed++
      else if (status === 'failed') failed++
      else outcome.skipped++
    }
    // No test of it failed and yet the file did: it could not be loaded, or one of its hooks threw.
    if (failed === 0 && file.status === 'failed') failed = 1
    outcome.failed += failed
  }
  if (!ok && outcome.failed === 0) outcome.failed = 1
  return outcome
}
