// Slot filling from end to end, as a user types it: train, evaluate, predict, pipes, and what they leave behind.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Ending, lastLine, makeFolder, runApp, startApp, startLine } from './run-app.ts'
import { type Figures, tiny, writeSlotFolder } from './tiny-slots.ts'

const folder = makeFolder('slot-filling-run')
const testing = writeSlotFolder(join(folder, 'data'))
const app = (...words: string[]): Promise<Ending> => runApp(folder, 'slot-filling', ...words)
const reference = ['--backend', 'reference']
const small = ['--data', 'data', ...tiny, '--epochs', '3']

function readFigures({ code, out, err }: Ending): Figures {
  expect({ code, err }).toEqual({ code: 0, err })
  expect(out).toMatch(/^\{.*\}\n$/)
  return JSON.parse(out)
}

/** What predict says of a sentence. */
interface Sentence {
  readonly words: readonly string[]
  readonly tags: readonly string[]
  readonly slots: readonly { readonly start: number; readonly end: number; readonly text: string }[]
  readonly intent: string
}

let trained: Ending
beforeAll(async () => {
  trained = await app('train', ...small, '--model', 'gru', '--out', 'gru', '--json')
})

describe('train', () => {
  test('--json: exactly the keys that are promised', () => {
    const figures = readFigures(trained)
    expect(Object.keys(figures)).toEqual(['model', 'f1', 'precision', 'recall', 'intentAccuracy', 'seconds', 'backend'])
    expect(figures).toMatchObject({ backend: 'reference' })
    expect(['gru', 'gru-without-hashing']).toContain(figures.model)
    for (const share of [figures.f1, figures.precision, figures.recall, figures.intentAccuracy]) {
      expect(share).toBeGreaterThanOrEqual(0)
      expect(share).toBeLessThanOrEqual(1)
    }
  })

  test('the table, with and without hashing, and the two sentences, on standard error', () => {
    const { err } = trained
    expect(err).toMatch(/^GRU +\d+\.\d+.*what came before$/m)
    expect(err).toMatch(/^GRU, no hashing +\d/m)
    expect(err).toMatch(/^What is ".*"\? {2}Left: in ".*"\. {2}Right: in ".*"\.$/m)
    expect(err).toContain(`Report: ${join(folder, 'gru', 'report.html')}`)
  })

  test('files: report, words, figures by epoch, summary, checkpoints of either network', () => {
    const run = join(folder, 'gru')
    expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('Word hashing and words never seen')
    const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n')
    const epochs = lines.map((line) => {
      const { network, epoch, train, validation } = JSON.parse(line)
      expect(train.loss).toBeGreaterThan(0)
      expect(validation.f1).toBeGreaterThanOrEqual(0)
      return `${network} ${epoch}`
    })
    const networks = ['gru', 'gru-without-hashing']
    expect(epochs).toEqual(networks.flatMap((network) => [1, 2, 3].map((epoch) => `${network} ${epoch}`)))
    expect(JSON.parse(readFileSync(join(run, 'words.json'), 'utf8')).tags[0]).toBe('O')
    expect(JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))).toMatchObject({ app: 'slot-filling' })
    for (const network of networks) expect(readdirSync(join(run, network)).length).toBeGreaterThan(0)
  })

  test('evaluate gives the same figures', async () => {
    const { seconds: _, ...again } = readFigures(await app('evaluate', ...reference, '--out', 'gru', '--json'))
    const { seconds: __, ...figures } = readFigures(trained)
    expect(again).toEqual(figures)
  })

  test('one word alone gives the same probabilities twice, and the table says so', async () => {
    const words = ['--model', 'feed-forward', '--hashing', 'on', '--epochs', '1', '--out', 'blind']
    const { code, out } = await app('train', ...small, ...words)
    expect(code).toBe(0)
    expect(out).toMatch(/^Feed-forward, one word +(0\.\d{3}) +(0\.\d{3}) +\| +\1 +\2 +the same twice: it cannot know$/m)
  })
})

describe('predict', () => {
  const say = 'arrive Taipei on November 2nd'

  test('a sentence: its words as they were typed, slots with probabilities, the intent', async () => {
    const { code, out } = await app('predict', ...reference, '--out', 'gru', say)
    expect(code).toBe(0)
    const plain = out.replaceAll(/\[([^\]]*)\]\(\w+ [01]\.\d\d\)/g, '$1')
    expect(plain).toMatch(/^arrive Taipei on November 2nd {2}→ \w+ [01]\.\d\d\n$/)
    expect(out).not.toContain('\u001b')
  })

  test('lines of a pipe, as JSON: as many out as in, answered by the best network as evaluate counts', async () => {
    const lines = testing.map(({ words }) => words.join(' '))
    writeFileSync(join(folder, 'lines'), `${lines.slice(0, 9).join('\n')}\n\n${lines.slice(9).join('\n')}`)
    const line = `pnpm slot-filling predict ${reference.join(' ')} --out gru --json < lines`
    const { out, err } = await startLine(folder, line).ending
    expect(err).toMatch(/^standard input, line 10: no words\.$/m)
    const { model, sentences }: { model: string; sentences: Sentence[] } = JSON.parse(lastLine(out))
    expect(sentences.map(({ words }) => words.join(' '))).toEqual([...lines.slice(0, 9), '', ...lines.slice(9)])
    const answers = sentences.filter(({ words }) => words.length > 0)
    for (const { words, tags, slots } of answers) {
      expect(tags).toHaveLength(words.length)
      for (const { start, end, text } of slots) expect(words.slice(start, end).join(' ')).toBe(text)
    }
    const figures = readFigures(trained)
    expect(model).toBe(figures.model)
    const right = answers.filter(({ intent }, at) => intent === testing[at]?.intent)
    expect(right.length / testing.length).toBeCloseTo(figures.intentAccuracy as number, 9)
  })

  test('no colours with NO_COLOR, even where they are asked for', async () => {
    const command = `pnpm slot-filling predict ${reference.join(' ')} --out gru '${say}'`
    const { code, out } = await startLine(folder, `NO_COLOR=1 FORCE_COLOR=1 ${command}`).ending
    expect(code).toBe(0)
    expect(out).not.toContain('\u001b')
  })

  test('a sentence of 10,000 words', async () => {
    const long = Array.from({ length: 2000 }, () => say).join(' ')
    writeFileSync(join(folder, 'long'), `${long}\n`)
    const line = `pnpm slot-filling predict ${reference.join(' ')} --out gru --json < long`
    const { code, out } = await startLine(folder, line).ending
    expect(code).toBe(0)
    expect(JSON.parse(lastLine(out)).sentences[0].tags).toHaveLength(10_000)
  })
})

describe('interrupted', () => {
  const words = ['train', ...small, '--model', 'simple-rnn', '--epochs', '8', '--batch-size', '4', '--json']

  test('Ctrl-C saves, and --resume ends with the figures of a run that was left alone', async () => {
    const whole = readFigures(await app(...words, '--out', 'whole'))
    const run = startApp(folder, 'slot-filling', [...words, '--out', 'stopped'])
    await run.waitFor('Simple RNN: epoch 3/')
    run.signal('SIGINT')
    const stopped = await run.ending
    expect({ code: stopped.code, out: stopped.out }).toEqual({ code: 130, out: '' })
    expect(stopped.err).toContain('everything so far is saved')
    expect(existsSync(join(folder, 'stopped', 'report.html'))).toBe(false)
    const resumed = readFigures(await app('train', '--resume', '--out', 'stopped', '--json'))
    expect({ ...resumed, seconds: 0 }).toEqual({ ...whole, seconds: 0 })
    const readMetrics = (run: string) =>
      readFileSync(join(folder, run, 'metrics.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => ({ ...JSON.parse(line), seconds: 0 }))
    expect(readMetrics('stopped')).toEqual(readMetrics('whole'))
  })
})
