// Sentiment from end to end: training, figures, the page, evaluation, predictions by argument and by pipe, and resuming.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { lastLine, makeFolder, runApp, startApp, startLine } from './run-app.ts'
import { smallNetwork, writeReviews } from './small-reviews.ts'

const folder = makeFolder('sentiment-run')
const reviews = writeReviews(join(folder, 'reviews'))
const train = (out: string, ...words: string[]): string[] => {
  return ['train', '--data', reviews, ...smallNetwork, '--out', out, ...words, '--json']
}

interface Figures {
  readonly accuracy: number
  readonly loss: number
  readonly seconds: number
  readonly backend: string
}

/** Figures but the seconds, which differ. */
const figuresOf = (out: string): Omit<Figures, 'seconds'> => {
  const { seconds, ...rest } = JSON.parse(lastLine(out)) as Figures
  expect(seconds).toBeGreaterThan(0)
  return rest
}

let figures: Omit<Figures, 'seconds'>
beforeAll(async () => {
  const { code, out, err } = await runApp(folder, 'sentiment', ...train('both', '--epochs', '4'))
  expect({ code, err }).toEqual({ code: 0, err })
  figures = figuresOf(out)
})

describe('train', () => {
  test('learns, and gives the keys that are promised', () => {
    expect(Object.keys(figures).sort()).toEqual(['accuracy', 'backend', 'loss'])
    expect(figures.accuracy).toBe(1)
    expect(figures.loss).toBeLessThan(0.3)
  })

  test('leaves a page, a summary and figures by epoch', () => {
    const page = readFileSync(join(folder, 'both/report.html'), 'utf8')
    for (const text of ['LSTM, attention to all steps', 'Naive Bayes', 'Words that count', '<li><b class="good">']) {
      expect(page).toContain(text)
    }
    const summary = JSON.parse(readFileSync(join(folder, 'both/summary.json'), 'utf8'))
    expect(summary.rows[0]).toMatchObject({ measure: 'accuracy', value: figures.accuracy, better: 'higher' })
    const lines = readFileSync(join(folder, 'both/metrics.jsonl'), 'utf8').trimEnd().split('\n')
    expect(lines.length).toBe(8)
  })

  test('embedded reviews need their order: the network has it, counting words does not', async () => {
    const words = [
      'train',
      '--model',
      'attention',
      '--units',
      '16',
      '--width',
      '16',
      '--epochs',
      '3',
      '--out',
      'generated',
    ]
    const { code, out } = await runApp(folder, 'sentiment', ...words)
    expect(code).toBe(0)
    const accuracyOf = (title: string): number => Number(new RegExp(`^${title} +([\\d.]+)`, 'm').exec(out)?.[1])
    expect(accuracyOf('LSTM, attention to all steps')).toBeGreaterThan(0.9)
    expect(accuracyOf('Naive Bayes')).toBeLessThan(0.7)
  })
})

test('evaluate gives the same figures again', async () => {
  const { code, out } = await runApp(folder, 'sentiment', 'evaluate', '--out', 'both', '--json')
  expect(code).toBe(0)
  const again = figuresOf(out)
  expect(again.accuracy).toBe(figures.accuracy)
  expect(again.loss).toBeCloseTo(figures.loss, 5)
})

describe('predict', () => {
  test('weighs the words: the one that decides most', async () => {
    const { code, out } = await runApp(folder, 'sentiment', 'predict', '--out', 'both', '--json', 'The story is dull.')
    expect(code).toBe(0)
    const { predictions, explain } = JSON.parse(lastLine(out))
    expect(explain).toBe('occlusion')
    const [{ verdict, probability, words }] = predictions
    expect(verdict).toBe('negative')
    expect(probability).toBeLessThan(0.5)
    expect(words.map(({ word }: { word: string }) => word)).toEqual(['the', 'story', 'is', 'dull', '.'])
    const weights: number[] = words.map(({ weight }: { weight: number }) => weight)
    expect(weights.indexOf(Math.min(...weights))).toBe(3)
  })

  test('lines through a pipe come out in order, empty ones as empty ones, and long ones too', async () => {
    const long = `node -e "console.log('superb '.repeat(10000))"`
    const lines = `(printf 'the cast is witty\\n\\nit all is awful\\n'; ${long})`
    const { code, out } = await startLine(folder, `${lines} | pnpm sentiment predict --out both | cut -c1-40`).ending
    expect(code).toBe(0)
    const [first, second, third, fourth] = out.split('\n')
    expect(first).toMatch(/^positive\t0\.\d{4}\tthe cast is witty$/)
    expect(second).toBe('')
    expect(third).toMatch(/^negative\t0\.\d{4}\tit all is awful$/)
    expect(fourth).toMatch(/^(positive|negative)\t[01]\.\d{4}\tsuperb superb/)
  })

  test('in colour, and as a page', async () => {
    const line = `FORCE_COLOR=1 pnpm sentiment predict --out both --html page.html 'the cast is witty'`
    const { code, out } = await startLine(folder, line).ending
    expect(code).toBe(0)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(out).toMatch(/^\u001b\[1;32mpositive [ \d.]+ %\u001b\[0m {2}.*\u001b\[97;48;5;34mwitty\u001b\[0m/)
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toMatch(/<span class="word" [^>]*>witty<\/span>/)
  })
})

test('Ctrl-C saves, and going on ends with the figures of a run that was left alone', async () => {
  const run = startApp(folder, 'sentiment', train('stopped', '--epochs', '4'))
  await run.waitFor('Backend:')
  // Checkpoints are there from the first step on.
  while (!existsSync(join(folder, 'stopped/last'))) await new Promise((resolve) => setTimeout(resolve, 20))
  run.signal('SIGINT')
  const stopped = await run.ending
  expect({ code: stopped.code, out: stopped.out }).toEqual({ code: 130, out: '' })
  expect(readdirSync(join(folder, 'stopped'))).not.toContain('report.html')
  const [, line] = /^Stopped\. To go on: (pnpm sentiment train --resume --out .*)$/.exec(lastLine(stopped.err)) ?? []
  const resumed = await startLine(folder, `${line} --json`).ending
  expect({ code: resumed.code, err: resumed.err }).toEqual({ code: 0, err: resumed.err })
  expect(figuresOf(resumed.out)).toEqual(figures)
})
