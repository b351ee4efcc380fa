// `npm start`: trains every app on the data that comes along, prints what each learned beside its baseline, and writes
// one page with all their pictures.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readSummary } from '@deep-recipe/app-kit'
import { writeFileAtomically } from '@deep-recipe/training'
import { runApp } from '../../run-app.mjs'
import { makeTourPage } from './page.ts'
import { stops } from './stops.ts'
import { formatTourTable, type StopResult } from './table.ts'

const folder = join(process.env.INIT_CWD ?? process.cwd(), 'report')
const results: StopResult[] = []
let exitCode = 0
for (const [index, { app, args }] of stops.entries()) {
  console.log(`\n${index + 1} of ${stops.length}: pnpm ${[app, ...args].join(' ')}`)
  const out = join(folder, app)
  await rm(join(out, 'summary.json'), { force: true }) // an earlier tour's
  const started = performance.now()
  const code = await runApp(app, [...args, '--out', out])
  results.push({ app, seconds: (performance.now() - started) / 1000, summary: await readSummary(out) })
  if (code !== 0) exitCode = code
  if (code >= 128) break // Ctrl-C: what was trained so far is shown all the same
}
const path = join(folder, 'index.html')
await writeFileAtomically(path, await makeTourPage(folder, results))
console.log(['', 'What was learned, beside what it had to beat:', '', ...formatTourTable(results), ''].join('\n'))
console.log(`Report: ${path}`)
process.exitCode = exitCode
