// A run that is interrupted or killed, as often as you like, ends with the figures of one that was left alone.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HostRandom } from '@deep-recipe/core-tensor'
import { openOnnx } from '@deep-recipe/onnx-kernels'
import { beforeAll, expect, test, vi } from 'vitest'
import { lastLine, makeFolder, runApp, startApp, startLine } from './run-app.ts'
import { type FigureRow, tiny } from './tiny-laboratory.ts'

vi.setConfig({ testTimeout: 300_000 })

const folder = makeFolder('digits-interruption')
const words = ['train', ...tiny, '--epochs', '12', '--recipes', 'plain,earlyStopping,dropout,ensemble,all', '--json']

const readRows = (out: string): FigureRow[] => JSON.parse(lastLine(out)).rows

/** All whole lines of metrics.jsonl, of which a killed run may have none, without the seconds, which differ. */
function readMetrics(run: string): unknown[] {
  const lines = readFileSync(join(folder, run, 'metrics.jsonl'), 'utf8')
    .split('\n')
    .slice(0, -1)
  return lines.map((line) => ({ ...JSON.parse(line), seconds: undefined }))
}

interface Whole {
  readonly rows: readonly FigureRow[]
  readonly metrics: readonly unknown[]
  /** Milliseconds from the first word about the backend to the end. */
  readonly duration: number
}

let whole: Whole
beforeAll(async () => {
  const run = startApp(folder, 'digits', [...words, '--out', 'whole'])
  await run.waitFor('Backend:')
  const startedAt = performance.now()
  const { code, out, err } = await run.ending
  expect({ code, err }).toEqual({ code: 0, err })
  whole = { rows: readRows(out), metrics: readMetrics('whole'), duration: performance.now() - startedAt }
  // 5 networks of 12 or, where there is more to learn, more epochs.
  expect(whole.metrics.length).toBeGreaterThanOrEqual(60)
})

test('Ctrl-C saves, and the line it prints goes on to the same figures', async () => {
  const out = "it's mine"
  const run = startApp(folder, 'digits', [...words, '--out', out])
  await run.waitFor('Dropout: epoch 3/')
  run.signal('SIGINT')
  const stopped = await run.ending
  expect({ code: stopped.code, out: stopped.out }).toEqual({ code: 130, out: '' })
  expect(stopped.err).toContain('Stopping… (Ctrl-C again to stop at once)')
  expect(stopped.err).toMatch(/^Stopped during Dropout; everything so far is saved\.$/m)
  const [, line] = /^Stopped\. To go on: (pnpm digits train --resume --out .*)$/.exec(lastLine(stopped.err)) ?? []
  expect(line).toBeDefined()
  expect(existsSync(join(folder, out, 'report.html'))).toBe(false)

  // Typed elsewhere, with the figures as JSON besides.
  const resumed = await startLine(makeFolder('elsewhere'), `${line} --json`).ending
  expect(resumed.code).toBe(0)
  expect(resumed.err).not.toMatch(/Dropout: epoch [12]\//)
  expect(resumed.err).not.toContain('Plain: epoch')
  expect(readRows(resumed.out)).toEqual(whole.rows)
  expect(readMetrics(out)).toEqual(whole.metrics)
  expect(existsSync(join(folder, out, 'report.html'))).toBe(true)
})

test('a request to terminate saves too; before that, evaluate says what is not trained to the end', async () => {
  const run = startApp(folder, 'digits', [...words, '--recipes', 'plain,dropout', '--out', 'terminated'])
  await run.waitFor('Dropout: epoch 2/')
  run.signal('SIGTERM')
  expect((await run.ending).code).toBe(143)
  const evaluated = await runApp(
    folder,
    'digits',
    'evaluate',
    '--out',
    'terminated',
    '--json',
    '--backend',
    'reference',
  )
  expect(evaluated.err).toMatch(/^Dropout is not trained to the end: \d+ of \d+ epochs\.$/m)
  expect(readRows(evaluated.out)[0]).toEqual(whole.rows[0])
})

test('a second Ctrl-C ends it at once, and what was saved before still serves', async () => {
  const run = startApp(folder, 'digits', [...words, '--out', 'twice'])
  await run.waitFor('Early stopping: epoch 4/')
  run.signal('SIGINT')
  run.signal('SIGINT')
  await run.waitFor('Stopping')
  run.signal('SIGINT')
  const { code, out, err } = await run.ending
  expect({ code, out }).toEqual({ code: 130, out: '' })
  expect(err).not.toMatch(/Error|^\s+at /m)
  const resumed = await runApp(folder, 'digits', 'train', '--resume', '--out', 'twice', '--json')
  expect(readRows(resumed.out)).toEqual(whole.rows)
})

test('killed at twenty random moments', async () => {
  const random = new HostRandom(20)
  const out = join(folder, 'killed')
  let kills = 0
  let killsWhileTraining = 0
  const start = () => {
    const isBegun = existsSync(join(out, 'run.json'))
    return startApp(
      folder,
      'digits',
      isBegun ? ['train', '--resume', '--json', '--out', out] : [...words, '--out', out],
    )
  }
  while (kills < 20) {
    const run = start()
    // Most moments while it trains, some while it starts.
    const early = random.uniform() < 0.15
    await run.waitFor(early ? '' : 'Backend:')
    await new Promise((resolve) =>
      setTimeout(resolve, early ? 1500 * random.uniform() : whole.duration * 0.12 * random.uniform()),
    )
    run.signal('SIGKILL')
    const { code } = await run.ending
    kills++
    expect([null, 0]).toContain(code) // 0: it had ended by itself
    const isTraining = existsSync(join(out, 'metrics.jsonl')) && readMetrics('killed').length < whole.metrics.length
    if (isTraining) killsWhileTraining++
  }
  expect(killsWhileTraining).toBeGreaterThanOrEqual(5)
  const { code, out: text, err } = await start().ending
  expect({ code, err }).toEqual({ code: 0, err })
  expect(err).not.toContain('Passed over')
  expect(readRows(text)).toEqual(whole.rows)
  expect(readMetrics('killed')).toEqual(whole.metrics)
  expect(readdirSync(out, { recursive: true }).filter((name) => String(name).endsWith('.partial'))).toEqual([])
})

test('a new run in the folder of an old one has nothing of it, though killed at its beginning', async () => {
  const old = ['train', ...tiny, '--recipes', 'plain,dropout', '--epochs', '6', '--out', 'again']
  await runApp(folder, 'digits', ...old)
  const anew = ['train', ...tiny, '--recipes', 'plain,dropout', '--epochs', '4', '--batch-size', '50', '--json']
  const run = startApp(folder, 'digits', [...anew, '--out', 'again'])
  await run.waitFor('Plain: epoch 1/4')
  run.signal('SIGKILL')
  await run.ending
  const resumed = await runApp(folder, 'digits', 'train', '--resume', '--out', 'again', '--json')
  const undisturbed = await runApp(folder, 'digits', ...anew, '--out', 'undisturbed')
  expect(readRows(resumed.out)).toEqual(readRows(undisturbed.out))
  expect(readMetrics('again')).toEqual(readMetrics('undisturbed'))
})

const withoutOnnx = await openOnnx().then(
  (backend) => backend.close(),
  (error: Error) => error.message,
)

test.skipIf(withoutOnnx !== undefined)('on ONNX Runtime: Ctrl-C, and on to the same figures', async () => {
  const native = words.map((word) => (word === 'reference' ? 'onnx' : word))
  const undisturbed = await runApp(folder, 'digits', ...native, '--out', 'native')
  expect(JSON.parse(lastLine(undisturbed.out)).backend).toBe('onnx')
  const run = startApp(folder, 'digits', [...native, '--out', 'native, interrupted'])
  await run.waitFor('Dropout: epoch 2/')
  run.signal('SIGINT')
  expect((await run.ending).code).toBe(130)
  const resumed = await runApp(folder, 'digits', 'train', '--resume', '--out', 'native, interrupted', '--json')
  expect(readRows(resumed.out)).toEqual(readRows(undisturbed.out))
  expect(readMetrics('native, interrupted')).toEqual(readMetrics('native'))
})
