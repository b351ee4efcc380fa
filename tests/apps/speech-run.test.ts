// Speech from end to end, as a user types it: train, interrupt and go on, evaluate, transcribe, and what they leave behind.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeWav } from '@deep-recipe/datasets/sound'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Ending, lastLine, makeFolder, runApp, startApp, startLine } from './run-app.ts'
import { smallTraining, speakWord, writeVoices } from './small-voices.ts'

const folder = makeFolder('speech-run')
writeVoices(join(folder, 'voices'), 3)
const speech = (...words: string[]): Promise<Ending> => runApp(folder, 'speech', ...words)
const train = ['train', '--data', 'voices', ...smallTraining, '--epochs', '3', '--json']

interface Figures {
  readonly digitErrorRate: number
  readonly singleDigitAccuracy: number
  readonly loss: number
}

/** What a command printed, but the seconds, which differ. */
function readFigures({ code, out, err }: Ending): Figures {
  expect({ code, err }).toEqual({ code: 0, err })
  expect(out).toMatch(/^\{.*\}\n$/)
  const { seconds, ...figures } = JSON.parse(out)
  expect(seconds).toBeGreaterThan(0)
  return figures
}

let figures: Figures
beforeAll(async () => {
  figures = readFigures(await speech(...train, '--out', 'first'))
})

test('train: the named figures, in their ranges', () => {
  expect(Object.keys(figures)).toEqual(['digitErrorRate', 'singleDigitAccuracy', 'loss', 'backend'])
  expect(figures.digitErrorRate).toBeGreaterThanOrEqual(0)
  expect(figures.singleDigitAccuracy).toBeGreaterThanOrEqual(0)
  expect(figures.singleDigitAccuracy).toBeLessThanOrEqual(1)
  expect(figures.loss).toBeGreaterThan(0)
})

test('train leaves a page, curves of both networks, a summary with the baseline, checkpoints', () => {
  const run = join(folder, 'first')
  const report = readFileSync(join(run, 'report.html'), 'utf8')
  expect(report).toMatch(/^<!doctype html>/i)
  for (const text of ['Digit error rate', 'What is taken for what', 'data:image/png']) expect(report).toContain(text)
  for (const [name, epochs] of [
    ['metrics.jsonl', [1, 2, 3]],
    ['metrics-baseline.jsonl', [1]],
  ] as const) {
    const lines = readFileSync(join(run, name), 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).epoch)).toEqual(epochs)
  }
  const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
  expect(summary).toMatchObject({ app: 'speech', rows: [{ better: 'lower' }, { better: 'higher' }] })
  expect(summary.rows[0].value).toBe(figures.digitErrorRate)
  for (const part of ['network', 'baseline']) {
    expect(readdirSync(join(run, part)).some((name) => /^checkpoint-\d+\.safetensors$/.test(name))).toBe(true)
  }
  expect(readdirSync(run, { recursive: true }).filter((name) => String(name).includes('.partial'))).toEqual([])
})

test('evaluate gives the figures of train, and tells them to people', async () => {
  const ending = await speech('evaluate', '--out', 'first', '--json')
  expect(readFigures(ending)).toEqual(figures)
  expect(ending.err).toMatch(/digit error rate of connected digits +\d+\.\d\d %/)
})

test('Ctrl-C saves; --resume ends as if nothing had happened; another network is refused', async () => {
  const running = startApp(folder, 'speech', [...train, '--out', 'stopped'])
  await running.waitFor('Training: epoch 1/3')
  running.signal('SIGINT')
  const stopped = await running.ending
  expect(stopped.code).toBe(130)
  expect(stopped.err).toContain('pnpm speech train --resume')
  const { code, err } = await speech('train', '--resume', '--out', 'stopped', '--units', '5')
  expect({ code, err }).toEqual({ code: 2, err })
  expect(err).toMatch(/--units: expected 4/)
  expect(readFigures(await speech('train', '--resume', '--out', 'stopped', '--json'))).toEqual(figures)
  const lines = readFileSync(join(folder, 'stopped', 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  expect(lines.map((line) => JSON.parse(line).epoch)).toEqual([1, 2, 3])
})

describe('transcribe', () => {
  test('a file, and the same samples raw from a pipe: digits with times and confidences, a page with pictures', async () => {
    const word = speakWord()
    writeFileSync(join(folder, 'voice.wav'), encodeWav({ rate: 8000, channels: [word] }))
    const line = 'tail -c +45 voice.wav | pnpm speech transcribe voice.wav - --out first --json'
    const { code, out, err } = await startLine(folder, line).ending
    expect({ code, err }).toEqual({ code: 0, err })
    const [fromFile, fromPipe] = JSON.parse(lastLine(out)).transcripts
    expect(fromFile.name).toBe('voice.wav')
    expect(fromFile.seconds).toBeCloseTo(word.length / 8000, 3)
    expect(fromFile.tokens.length).toBeGreaterThan(0)
    expect(fromFile.digits).toBe(fromFile.tokens.map(({ digit }: { digit: number }) => digit).join(''))
    expect(fromPipe).toEqual({ ...fromFile, name: 'standard input' })
    expect(err).toContain(`voice.wav: ${fromFile.digits}  (`)
    const page = readFileSync(join(folder, 'first', 'transcripts.html'), 'utf8')
    for (const text of ['voice.wav', 'standard input', 'data:image/png']) expect(page).toContain(text)
  })
})
