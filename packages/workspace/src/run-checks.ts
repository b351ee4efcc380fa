// `npm test`: runs every check of the repository, says how each went, and ends with `N passed, N failed`, where each
// test counts as one and so does each other check (lint, types, build, cycles, layers, opening comments,
// sizes).
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkCycles } from './check-cycles.ts'
import { checkLayers } from './check-layers.ts'
import { checkOpenings } from './check-openings.ts'
import { checkSizes } from './check-sizes.ts'
import { countTests, type Outcome, type TestReport } from './count-tests.ts'
import { runTool } from './run-tool.ts'
import { repositoryRoot } from './workspace-packages.ts'

/** One check that counts as one: prints what it found wrong. */
function reportFindings(failures: readonly string[], warnings: readonly string[] = []): Outcome {
  for (const line of warnings) console.log(`  warning: ${line}`)
  for (const line of failures) console.log(`  ${line}`)
  return failures.length === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

const single = (ok: boolean): Outcome => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 })

/** All tests of all packages in one run of vitest, counted from its JSON report. */
function runTests(): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'recipe-tests-'))
  const file = join(folder, 'report.json')
  try {
    const { ok } = runTool(
      'show',
      'vitest',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    )
    return countTests(JSON.parse(readFileSync(file, 'utf8')) as TestReport, ok)
  } catch (error) {
    console.log(`  vitest left no report: ${(error as Error).message}`)
    return single(false)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Cheap checks first, so that a slip shows within seconds. */
const checks: Readonly<Record<string, () => Outcome>> = {
  lint: () => single(runTool('show', 'biome', 'check', '.').ok),
  cycles: () => reportFindings(checkCycles(repositoryRoot)),
  layers: () => reportFindings(checkLayers(repositoryRoot)),
  openings: () => reportFindings(checkOpenings(repositoryRoot)),
  sizes: () => {
    const { failures, warnings } = checkSizes(repositoryRoot)
    return reportFindings(failures, warnings)
  },
  build: () => single(runTool('show', 'turbo', 'run', 'build', '--output-logs=errors-only').ok),
  types: () => single(runTool('show', 'turbo', 'run', 'typecheck', '--output-logs=errors-only').ok),
  tests: runTests,
}

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !(name in checks))
if (unknown.length > 0) {
  console.error(`There is no check called "${unknown.join('", "')}": choose from ${Object.keys(checks).join(', ')}.`)
  process.exit(2)
}

const total = { passed: 0, failed: 0, skipped: 0 }
const failing: string[] = []
for (const [name, run] of Object.entries(checks)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  console.log(`\n── ${name}`)
  const started = performance.now()
  const outcome = run()
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(outcome.failed === 0 ? `   passed (${seconds} s)` : `   FAILED (${seconds} s)`)
  if (outcome.failed > 0) failing.push(name)
  total.passed += outcome.passed
  total.failed += outcome.failed
  total.skipped += outcome.skipped
}
console.log('')
if (failing.length > 0) console.log(`Failing: ${failing.join(', ')}`)
if (total.skipped > 0) console.log(`${total.skipped} skipped`)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1
