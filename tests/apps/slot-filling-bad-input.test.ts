// What a user of slot filling may get wrong: each is told in one sentence, and leaves nothing half-written.
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Ending, makeFolder, runApp, startLine } from './run-app.ts'
import { tiny, toIobLines, writeSlotFolder } from './tiny-slots.ts'

const folder = makeFolder('slot-filling-bad-input')
const testing = writeSlotFolder(join(folder, 'data'))
const app = (...words: string[]): Promise<Ending> => runApp(folder, 'slot-filling', ...words)
const reference = ['--backend', 'reference']
const train = (...words: string[]): Promise<Ending> =>
  app('train', ...tiny, '--data', 'data', '--epochs', '1', '--model', 'simple-rnn', '--hashing', 'on', ...words)

/** One sentence or a few on one line, no stack, nothing on standard output. */
function expectComplaint({ code, out, err }: Ending, exitCode: 1 | 2, message: RegExp): void {
  const complaint = err.trimEnd().split('\n').at(-1) as string
  expect(complaint).toMatch(message)
  expect(complaint).toMatch(/^Error: .+: expected .+, received .+\. .+[.?]$/)
  expect(complaint).not.toMatch(/undefined|NaN|\[object|Unexpected error/)
  expect({ code, out, stack: /^\s+at /m.test(err) }).toEqual({ code: exitCode, out: '', stack: false })
}

beforeAll(async () => {
  expect((await train('--out', 'sound')).code).toBe(0)
})

describe('files', () => {
  const good = toIobLines(testing)
  const cases: [string, string | Buffer, RegExp][] = [
    ['a tag too few', `${good}BOS a b EOS\tO O x\n`, /tickets\.train\.iob, line 21: expected 4 tags/],
    [
      'a tag that is none',
      `${good}BOS a EOS\tO city x\n`,
      /line 21: expected tags such as O, B-city and I-city, received 'city'/,
    ],
    [
      'bytes that are not UTF-8',
      Buffer.concat([Buffer.from(`${good}BOS caf`), Buffer.from([0xe9]), Buffer.from(' EOS\tO O x\n')]),
      /tickets\.train\.iob, line 21: expected text in UTF-8, received the bytes e9 20/,
    ],
  ]
  test.each(cases)('%s', async (name, contents, message) => {
    const data = join(folder, name)
    cpSync(join(folder, 'data'), data, { recursive: true })
    writeFileSync(join(data, 'tickets.train.iob'), contents)
    expectComplaint(await train('--data', data, '--out', 'never'), 1, message)
    expect(existsSync(join(folder, 'never'))).toBe(false)
  })

  test('tags and intents that only the test has: told by name, counted as errors', async () => {
    const data = join(folder, 'new tags')
    cpSync(join(folder, 'data'), data, { recursive: true })
    writeFileSync(join(data, 'tickets.test.iob'), `${good}BOS fly higher EOS\tO B-act I-act wish\n`)
    const evaluated = await app('evaluate', ...reference, '--out', 'sound', '--data', data)
    expect(evaluated.code).toBe(0)
    expect(evaluated.err).toMatch(/^Never seen in training, and counted as errors: B-act, I-act, wish$/m)
  })

  test('a sentence of 10,000 words to learn from', async () => {
    const data = join(folder, 'long')
    cpSync(join(folder, 'data'), data, { recursive: true })
    const words = Array.from({ length: 10_000 }, (_, at) => `w${at % 7}`).join(' ')
    writeFileSync(join(data, 'tickets.train.iob'), `${good}BOS ${words} EOS\tO${' O'.repeat(10_000)} x\n`)
    const { code, err } = await train('--data', data, '--out', 'trained on long')
    expect({ code, err }).toEqual({ code: 0, err })
  })
})

describe('predict', () => {
  test('an empty sentence', async () => {
    const ending = await app('predict', ...reference, '--out', 'sound', '  ')
    expectComplaint(ending, 2, /Sentence 1: expected at least one word, received none/)
  })

  test('bytes that are not UTF-8 in a pipe: the line', async () => {
    const line = `printf 'fly home\\ncaf\\351\\n' | pnpm slot-filling predict ${reference.join(' ')} --out sound`
    expectComplaint(await startLine(folder, line).ending, 1, /standard input, line 2: expected text in UTF-8/)
  })

  test('a network that the run does not have', async () => {
    const ending = await app('predict', ...reference, '--out', 'sound', '--model', 'lstm', 'fly home')
    expectComplaint(ending, 2, /--model: expected one of simple-rnn, trained for an epoch at least, received lstm/)
  })
})

describe('a run that is not what it was', () => {
  const copy = (name: string): string => {
    rmSync(join(folder, name), { recursive: true, force: true })
    cpSync(join(folder, 'sound'), join(folder, name), { recursive: true })
    return join(folder, name)
  }

  test('a checkpoint of another network', async () => {
    expect((await train('--model', 'gru', '--out', 'gru')).code).toBe(0)
    const run = copy('mixed')
    rmSync(join(run, 'simple-rnn'), { recursive: true })
    cpSync(join(folder, 'gru', 'gru'), join(run, 'simple-rnn'), { recursive: true })
    const message = /The checkpoint's model: expected simple-rnn, as in this run, received gru/
    expectComplaint(await app('evaluate', ...reference, '--out', 'mixed'), 1, message)
  })

  test('words that are missing; a resumed run whose files have changed, or whose options would', async () => {
    const run = copy('without words')
    rmSync(join(run, 'words.json'))
    expectComplaint(
      await app('evaluate', ...reference, '--out', 'without words'),
      1,
      /words\.json: expected the words, tags/,
    )
    copy('resumed')
    const units = await app('train', '--resume', '--out', 'resumed', '--units', '7')
    expectComplaint(units, 2, /--units: expected 6, with which the run in .* began, received 7/)
  })
})
