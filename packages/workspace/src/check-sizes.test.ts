// The size check must fail one line above the cap and warn one line above the soft limit.
import { expect, test } from 'vitest'
import { checkSizes } from './check-sizes.ts'
import { makeRepository } from './repository-fixture.ts'

const lines = (count: number): string => '// a line\n'.repeat(count)

test('fails above 500 lines, warns above 300, and looks at sources alone', () => {
  const root = makeRepository({
    'packages/a/src/at-cap.ts': lines(500),
    'packages/a/src/above-cap.ts': lines(501),
    'packages/a/start.mjs': `${lines(501)}// and one without a line end`,
    'apps/b/src/short.ts': lines(300),
    'tests/c/long.test.ts': lines(301),
    'packages/a/README.md': lines(900),
    'packages/a/dist/bundle.js': lines(900),
    'packages/a/node_modules/other/index.js': lines(900),
  })
  const { failures, warnings } = checkSizes(root)
  expect(failures).toEqual([
    expect.stringContaining('packages/a/src/above-cap.ts has 501 lines'),
    expect.stringContaining('packages/a/start.mjs has 502 lines'),
  ])
  expect(warnings).toEqual([
    expect.stringContaining('packages/a/src/at-cap.ts has 500 lines'),
    expect.stringContaining('tests/c/long.test.ts has 301 lines'),
  ])
})
