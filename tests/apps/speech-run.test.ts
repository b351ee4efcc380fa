// Speech from end to end, as a user types it: train, evaluate, transcribe from files and pipes, and what they leave behind.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeWav, generateSpokenDigits } from '@deep-recipe/datasets/sound'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Ending, lastLine, makeFolder, runApp, startLine } from './run-app.ts'

const folder = makeFolder('speech-run')
const speech = (...words: string[]): Promise<Ending> => runApp(folder, 'speech', ...words)

/** As small as it goes. */
const tiny = [
  '--units',
  '4',
  '--steps',
  '2',
  '--batch-size',
  '2',
  '--epochs',
  '2',
  '--strings',
  '4',
  '--data',
  'voices',
]
const keys = ['digitErrorRate', 'singleDigitAccuracy', 'loss', 'seconds', 'backend']

interface Figures {
  readonly [name: string]: unknown
  readonly digitErrorRate: number
  readonly singleDigitAccuracy: number
  readonly loss: number
}

function readFigures({ code, out, err }: Ending): Figures {
  expect({ code, err }).toEqual({ code: 0, err })
  expect(out).toMatch(/^\{.*\}\n$/)
  return JSON.parse(out)
}

const [voice] = generateSpokenDigits({ speakers: 1, takes: 1, seed: 5 })
const samples = voice?.sound.samples ?? new Float32Array(0)

let trained: Ending
beforeAll(async () => {
  const takes = generateSpokenDigits({ speakers: 2, takes: 4, seed: 3 })
  const { mkdirSync } = await import('node:fs')
  mkdirSync(join(folder, 'voices'))
  for (const { digit, speaker, take, sound } of takes) {
    const bytes = encodeWav({ rate: sound.rate, channels: [sound.samples] })
    writeFileSync(join(folder, 'voices', `${digit}_${speaker}_${take}.wav`), bytes)
  }
  writeFileSync(join(folder, 'voice.wav'), encodeWav({ rate: 8000, channels: [samples] }))
  trained = await speech('train', ...tiny, '--out', 'first', '--json')
})

describe('train --json', () => {
  test('one JSON object on standard output with the named figures, in their ranges', () => {
    const figures = readFigures(trained)
    expect(Object.keys(figures)).toEqual(keys)
    expect(figures.digitErrorRate).toBeGreaterThanOrEqual(0)
    expect(figures.singleDigitAccuracy).toBeGreaterThanOrEqual(0)
    expect(figures.singleDigitAccuracy).toBeLessThanOrEqual(1)
    expect(figures.loss).toBeGreaterThan(0)
  })

  test('what it leaves: report, curves of both networks, summary with the baseline, checkpoints', () => {
    const run = join(folder, 'first')
    const report = readFileSync(join(run, 'report.html'), 'utf8')
    expect(report).toMatch(/^<!doctype html>/i)
    for (const text of ['Digit error rate', 'What is taken for what', 'data:image/png']) expect(report).toContain(text)
    const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).epoch)).toEqual([1, 2])
    const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
    expect(summary).toMatchObject({ app: 'speech', rows: [{ better: 'lower' }, { better: 'higher' }] })
    expect(summary.rows[0].value).toBe(readFigures(trained).digitErrorRate)
    for (const part of ['network', 'baseline']) {
      expect(readdirSync(join(run, part)).some((name) => /^checkpoint-\d+\.safetensors$/.test(name))).toBe(true)
    }
    expect(readdirSync(run, { recursive: true }).filter((name) => String(name).includes('.partial'))).toEqual([])
  })

  test('the same seed gives the same figures', async () => {
    const { seconds: _, ...same } = readFigures(await speech('train', ...tiny, '--out', 'second', '--json'))
    const { seconds: __, ...first } = readFigures(trained)
    expect(same).toEqual(first)
  })
})

test('evaluate gives the figures of train, to people as a table', async () => {
  const { seconds: _, ...figures } = readFigures(await speech('evaluate', '--out', 'first', '--json'))
  const { seconds: __, ...first } = readFigures(trained)
  expect(figures).toEqual(first)
  const { out } = await speech('evaluate', '--out', 'first')
  expect(out).toMatch(/digit error rate of connected digits +\d+\.\d\d %/)
})

test('the other network, with a speaker left out', async () => {
  const words = ['--model', 'bilstm', '--leave-out', 'voice-2', '--epochs', '1', '--out', 'third']
  const { code, err } = await speech('train', ...tiny, ...words)
  expect({ code, err }).toEqual({ code: 0, err })
  expect(err).toContain('Speakers: voice-1; tested on voice-2')
  expect(err).toContain('tested on all 40 of voice-2, who is not trained on')
})

describe('transcribe', () => {
  test('files: a line for each, digits with times and confidences as JSON, a page with pictures', async () => {
    const figures = readFigures(
      await speech('transcribe', 'voice.wav', 'voice.wav', '--out', 'first', '--json'),
    ) as unknown as {
      transcripts: {
        name: string
        digits: string
        seconds: number
        tokens: { digit: number; from: number; to: number }[]
      }[]
      backend: string
    }
    expect(figures.transcripts.map(({ name }) => name)).toEqual(['voice.wav', 'voice.wav'])
    const [first, second] = figures.transcripts
    expect(first).toEqual(second)
    expect(first?.seconds).toBeCloseTo(samples.length / 8000, 3)
    expect(first?.digits).toBe(first?.tokens.map(({ digit }) => digit).join(''))
    const page = readFileSync(join(folder, 'first', 'transcripts.html'), 'utf8')
    expect(page).toContain('voice.wav')
    expect(page).toContain('data:image/png')
  })

  test('a pipe with a WAV file, or with raw samples: the same as from the file', async () => {
    const fromFile = lastLine((await speech('transcribe', 'voice.wav', '--out', 'first', '--json')).out)
    const read = (text: string) => JSON.parse(lastLine(text)).transcripts[0]
    const words = '--out first --json'
    const wav = await startLine(folder, `pnpm speech transcribe ${words} < voice.wav`).ending
    const raw = await startLine(folder, `tail -c +45 voice.wav | pnpm speech transcribe - ${words}`).ending
    for (const { code, err, out } of [wav, raw]) {
      expect({ code, err }).toEqual({ code: 0, err })
      const { name, ...transcript } = read(out)
      expect(name).toBe('standard input')
      const { name: _, ...wanted } = read(fromFile)
      expect(transcript).toEqual(wanted)
    }
    expect(existsSync(join(folder, 'first', 'transcripts.html'))).toBe(true)
  })
})
