// The translator from end to end, as a user types it: train, evaluate, translate, interruptions, and what goes wrong.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { type Ending, lastLine, makeFolder, runApp, startApp, startLine } from './run-app.ts'

// Several commands in a row, on a machine that may have other work.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 400_000 })

const folder = makeFolder('translation')
const translation = (...words: string[]): Promise<Ending> => runApp(folder, 'translation', ...words)
const backend = ['--backend', 'reference']
const tiny = [
  ...['train', '--phrases', '120', '--units', '8', '--embedding', '8', '--merges', '20', '--batch-size', '8'],
  ...['--learning-rate', '0.03', '--beams', '2', ...backend],
]

interface Figures {
  readonly bleu4: number | null
  readonly bleu4WithoutAttention: number | null
  readonly loss: number
  readonly seconds: number
  readonly backend: string
}
const readFigures = ({ code, out, err }: Ending): Figures => {
  expect({ code, err }).toEqual({ code: 0, err })
  return JSON.parse(lastLine(out))
}
/** All but the time it took. */
const lasting = ({ seconds: _, ...figures }: Figures) => figures

let whole: Figures
beforeAll(async () => {
  whole = readFigures(await translation(...tiny, '--epochs', '3', '--out', 'whole', '--json'))
})

describe('train', () => {
  test('figures, report, summary, vocabularies, metrics', () => {
    expect(Object.keys(whole)).toEqual(['bleu4', 'bleu4WithoutAttention', 'loss', 'seconds', 'backend'])
    expect(whole.backend).toBe('reference')
    const run = join(folder, 'whole')
    expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('Where attention wins')
    const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8'))
    expect(summary.rows[0]).toMatchObject({ value: whole.bleu4, baseline: { value: whole.bleu4WithoutAttention } })
    for (const kind of ['plain', 'attention']) {
      const lines = readFileSync(join(run, `metrics-${kind}.jsonl`), 'utf8')
        .trimEnd()
        .split('\n')
      const losses = lines.map((line) => JSON.parse(line).train.loss)
      expect(losses.length).toBe(3)
      expect(losses[2]).toBeLessThan(losses[0])
    }
  })

  test('evaluate gives the same figures', async () => {
    const again = readFigures(await translation('evaluate', '--out', 'whole', ...backend, '--json'))
    expect(again.bleu4).toBe(whole.bleu4)
    expect(again.bleu4WithoutAttention).toBe(whole.bleu4WithoutAttention)
    expect(again.loss).toBeCloseTo(whole.loss, 5)
  })

  test('Ctrl-C saves, and --resume goes on to the same figures', async () => {
    const run = startApp(folder, 'translation', [...tiny, '--epochs', '3', '--out', 'stopped', '--json'])
    await run.waitFor('With attention: epoch 1/')
    run.signal('SIGINT')
    const stopped = await run.ending
    expect({ code: stopped.code, out: stopped.out }).toEqual({ code: 130, out: '' })
    expect(stopped.err).toContain('everything so far is saved')
    const resumed = await translation('train', '--resume', '--out', 'stopped', '--json')
    expect(resumed.err).not.toContain('Without attention: epoch 1/')
    expect(lasting(readFigures(resumed))).toEqual(lasting(whole))
    const other = await translation('train', '--resume', '--out', 'stopped', '--units', '10')
    expect(other.code).toBe(2)
    expect(other.err).toMatch(/--units: expected 8, with which the run began, received 10/)
  })
})

describe('translate', () => {
  test('a sentence with its alignment, as text, as a page and as JSON', async () => {
    const words = ['translate', 'we want to learn machine learning.', '--out', 'whole', '--best', '2', ...backend]
    const json = JSON.parse(lastLine((await translation(...words, '--json')).out))
    expect(json.translations.length).toBe(2)
    for (const one of json.translations) {
      expect(one.weights.length).toBe(one.said.length)
      for (const row of one.weights) {
        expect(row.length).toBe(one.read.length)
        expect(row.reduce((sum: number, weight: number) => sum + weight, 0)).toBeCloseTo(1, 4)
      }
    }
    const { code, out } = await translation(...words)
    expect(code).toBe(0)
    expect(out).toMatch(/^-?\d+\.\d\d {2}\S*/)
    // A line for each symbol, if this tiny network says any at all.
    const { said } = json.translations[0]
    expect(out.match(/[·░▒▓█]{2}.*$/gm) ?? []).toHaveLength(said.length)
    const page = join(folder, 'whole', 'alignments.html')
    expect(existsSync(page)).toBe(said.length > 0)
    if (said.length > 0) expect(readFileSync(page, 'utf8')).toContain('we want to learn machine learning.')
  })

  test('lines of standard input: a line for each, an empty one for what is refused', async () => {
    writeFileSync(join(folder, 'lines.txt'), `we can draw a cat.\n\n${'word '.repeat(300)}\n\u200B机器☃\nI can see.`)
    const line = `pnpm translation translate --out whole ${backend.join(' ')} < lines.txt`
    const { code, out, err } = await startLine(folder, line).ending
    expect(code).toBe(0)
    expect(out.split('\n').length).toBe(6)
    expect(out.split('\n').slice(1, 3)).toEqual(['', ''])
    expect(err).toMatch(/Line 3: .*300 words/)
  })

  test('an empty or a huge sentence is refused', async () => {
    for (const sentence of ['  ', 'word '.repeat(300)]) {
      const { code, err } = await translation('translate', sentence, '--out', 'whole')
      expect(code).toBe(2)
      expect(err).toMatch(/expected sentences of 1 to 200 words/)
      expect(err).not.toMatch(/^\s+at /m)
    }
  })
})

describe('what goes wrong', () => {
  test('pairs that are none leave no trace', async () => {
    mkdirSync(join(folder, 'bad'))
    writeFileSync(join(folder, 'bad', 'pairs.txt'), 'just text\nmore text\n')
    const { code, err } = await translation('train', '--data', 'bad', '--out', 'none')
    expect(code).toBe(2)
    expect(err).toMatch(/expected at least 50 pairs/)
    expect(existsSync(join(folder, 'none'))).toBe(false)
  })

  test('a checkpoint of other sizes, and a damaged vocabulary', async () => {
    await translation(...tiny, '--epochs', '1', '--units', '6', '--model', 'attention', '--out', 'other')
    const [from, to] = [join(folder, 'other', 'attention'), join(folder, 'whole', 'attention')]
    for (const name of readdirSync(to)) if (!name.includes('json')) copyFileSync(join(to, name), join(from, `${name}`))
    const foreign = await translation('translate', 'a cat', '--out', 'other', ...backend)
    expect(foreign.code).toBe(1)
    expect(foreign.err).toMatch(/expected/)
    expect(foreign.err).not.toMatch(/^\s+at /m)
    writeFileSync(join(folder, 'other', 'vocabulary.json'), '{"direction":"en-zh"')
    const damaged = await translation('translate', 'a cat', '--out', 'other', ...backend)
    expect(damaged.code).toBe(2)
    expect(damaged.err).toMatch(/vocabulary\.json: expected the vocabularies that training left there/)
  })
})
