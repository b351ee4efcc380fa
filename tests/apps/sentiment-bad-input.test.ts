// What a user of sentiment may get wrong: each is told in one sentence, with an exit code of its own.
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { type Ending, lastLine, makeFolder, runApp, startLine } from './run-app.ts'
import { smallNetwork, writeReviews } from './small-reviews.ts'

const folder = makeFolder('sentiment-bad-input')
const reviews = writeReviews(join(folder, 'reviews'))
const sentiment = (...words: string[]): Promise<Ending> => runApp(folder, 'sentiment', ...words)
const train = (data: string, ...words: string[]): Promise<Ending> =>
  sentiment('train', '--model', 'last', '--epochs', '1', ...smallNetwork, '--data', data, ...words)

function expectComplaint({ code, out, err }: Ending, exitCode: 1 | 2, message: RegExp): void {
  const complaint = lastLine(err)
  expect(complaint).toMatch(message)
  expect(complaint).toMatch(/^Error: .+: expected .+, received .+\. .+[.?]$/)
  expect(complaint).not.toMatch(/undefined|NaN|\[object|Unexpected error/)
  expect({ code, out }).toEqual({ code: exitCode, out: '' })
}

/** The reviews with one file changed. */
function damage(name: string, file: string, content: string | Uint8Array): string {
  const copy = join(folder, name)
  cpSync(reviews, copy, { recursive: true })
  writeFileSync(join(copy, file), content)
  return copy
}

beforeAll(async () => {
  const { code, err } = await train(reviews, '--out', 'good')
  expect({ code, err }).toEqual({ code: 0, err })
})

test('training on what is no text, or hardly any of one kind', async () => {
  const latin = damage('latin', 'reviews.pos', Buffer.from('good film\nca\xe7a va\n', 'latin1'))
  const notText = /reviews\.pos, line 2: expected text in UTF-8, received the bytes e7/
  expectComplaint(await train(latin, '--out', 'from latin'), 1, notText)
  const few = damage('few', 'reviews.neg', 'bad\nvery bad\n')
  expectComplaint(await train(few, '--out', 'from few'), 1, /The negative sentences: expected at least 10.*received 2/)
  expect(existsSync(join(folder, 'from latin')) || existsSync(join(folder, 'from few'))).toBe(false)
})

test('options out of range', async () => {
  expectComplaint(await sentiment('train', '--fold', '10'), 2, /--fold: expected a whole number from 0 to 9/)
})

test('nothing to judge, or what no network can tell', async () => {
  expectComplaint(
    await sentiment('predict', '--out', 'good', ' '),
    2,
    /expected a sentence with at least one word, received ' '/,
  )
  const attention = await sentiment('predict', '--out', 'good', '--explain', 'attention', 'fine')
  expectComplaint(attention, 2, /--explain attention: expected a run with a network that attends/)
  const bytes = await startLine(folder, `printf 'fine\\xff\\n' | pnpm sentiment predict --out good`).ending
  expectComplaint(bytes, 1, /Standard input, line 1: expected text in UTF-8/)
})

test('a vocabulary or a network of another run, and a run that goes on otherwise than it began', async () => {
  const path = join(folder, 'good/vocabulary.json')
  const own = readFileSync(path, 'utf8')
  const tables = JSON.parse(own) as { words: string[]; trigrams: string[] }
  writeFileSync(path, JSON.stringify({ ...tables, words: tables.words.toReversed() }))
  expectComplaint(await sentiment('evaluate', '--out', 'good'), 1, /expected a network of this vocabulary/)
  writeFileSync(path, JSON.stringify({ ...tables, words: tables.words.slice(1) }))
  expectComplaint(
    await sentiment('evaluate', '--out', 'good'),
    1,
    /params\.0\.word.* of the file: expected float32\[\d+, 8\], as in the model/,
  )
  writeFileSync(path, own)
  const resumed = await sentiment('train', '--resume', '--out', 'good', '--units', '9')
  expectComplaint(resumed, 2, /--units: expected 8, with which the run in .* began, received 9/)
})
