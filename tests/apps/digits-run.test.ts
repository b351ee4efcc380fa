// The laboratory from end to end, as a user types it: train, evaluate, predict, and what they leave behind.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Ending, lastLine, makeFolder, runApp } from './run-app.ts'
import {
  compressFiles,
  type Figures,
  idxFile,
  makeDataFiles,
  recipeNames,
  tiny,
  writeDataFolder,
} from './tiny-laboratory.ts'

const folder = makeFolder('digits-run')
const digits = (...words: string[]): Promise<Ending> => runApp(folder, 'digits', ...words)
const reference = ['--backend', 'reference']

/** The one line of standard output. */
function readFigures({ code, out, err }: Ending): Figures {
  expect({ code, err }).toEqual({ code: 0, err })
  expect(out).toMatch(/^\{.*\}\n$/)
  return JSON.parse(out)
}

let trained: Ending
beforeAll(async () => {
  trained = await digits('train', ...tiny, '--epochs', '3', '--out', 'first', '--json')
})

describe('train --json', () => {
  test('one JSON object on standard output: rows, seconds, backend, and nothing else', () => {
    const figures = readFigures(trained)
    expect(Object.keys(figures)).toEqual(['rows', 'seconds', 'backend'])
    expect(figures.rows.map(({ name }) => name)).toEqual([...recipeNames])
    for (const row of figures.rows) {
      expect(Object.keys(row)).toEqual(['name', 'clean', 'noisy'])
      for (const share of [row.clean, row.noisy]) {
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }
    }
    expect(figures.backend).toBe('reference')
    expect(figures.seconds).toBeGreaterThan(0)
    expect(figures.seconds).toBeLessThan(120)
  })

  test('everything else on standard error: where it computes, how it goes, the table, the report', () => {
    const { err } = trained
    expect(err).toContain('Backend: reference')
    expect(err).toMatch(/^1\/9 Plain: epoch 1\/3, loss .*accuracy .*validation loss/m)
    expect(err).toMatch(/^recipe +clean +noisy$/m)
    expect(err).toMatch(/^All together +0\.\d{4}/m)
    expect(err).toContain(`Report: ${join(folder, 'first', 'report.html')}`)
  })

  test('files: report, figures of each epoch of each network, how it was begun, checkpoints', () => {
    const run = join(folder, 'first')
    const report = readFileSync(join(run, 'report.html'), 'utf8')
    expect(report).toMatch(/^<!doctype html>/i)
    expect(report).toContain('Training with noise')
    const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n')
    const epochs = lines.map((line) => {
      const { recipe, member, epoch, train, validation } = JSON.parse(line)
      for (const { loss, accuracy } of [train, validation]) {
        expect(loss).toBeGreaterThan(0)
        expect(accuracy).toBeLessThanOrEqual(1)
      }
      return `${recipe} ${member} ${epoch}`
    })
    expect(new Set(epochs).size).toBe(epochs.length)
    expect(epochs.slice(0, 3)).toEqual(['plain 1 1', 'plain 1 2', 'plain 1 3'])
    // The ensemble shares its first network with the plain recipe: only the second is trained for it.
    const networks = [...new Set(epochs.map((epoch) => epoch.replace(/ \d+$/, '')))]
    expect(networks).toEqual([
      'plain 1',
      'earlyStopping 1',
      'weightDecay 1',
      'dropout 1',
      'createdData 1',
      'ensemble 2',
      'all 1',
      'all 2',
      'noiseTraining 1',
    ])
    const { app, arguments: words, options } = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))
    expect({ app, command: words[0] }).toEqual({ app: 'digits', command: 'train' })
    expect(options).toMatchObject({ trainSize: 100, hidden: 12, members: 2, epochs: 3, seed: 1 })
    for (const network of networks) {
      const names = readdirSync(join(run, network.replace(' ', '/member-')))
      expect(names.filter((name) => /^checkpoint-\d+\.safetensors$/.test(name)).length).toBeGreaterThan(0)
    }
    expect(readdirSync(run, { recursive: true }).filter((name) => String(name).includes('.partial'))).toEqual([])
  })

  test('the same seed gives the same figures, another seed others', async () => {
    const same = readFigures(await digits('train', ...tiny, '--epochs', '3', '--seed', '1', '--json'))
    expect(same.rows).toEqual(readFigures(trained).rows)
    const other = readFigures(await digits('train', ...tiny, '--epochs', '3', '--seed', '2', '--json'))
    for (const [i, row] of other.rows.entries()) expect(row).not.toEqual(same.rows[i])
  })

  test('chosen recipes, in the order in which they are named', async () => {
    const words = ['--recipes', 'maxout, plain,dropConnect', '--epochs', '1', '--json']
    const figures = readFigures(await digits('train', ...tiny, ...words))
    expect(figures.rows.map(({ name }) => name)).toEqual(['maxout', 'plain', 'dropConnect'])
  })
})

describe('evaluate', () => {
  test('--json gives exactly the rows of train', async () => {
    const figures = readFigures(await digits('evaluate', ...reference, '--out', 'first', '--json'))
    expect(Object.keys(figures)).toEqual(['rows', 'seconds', 'backend'])
    expect(figures.rows).toEqual(readFigures(trained).rows)
  })

  test('for people: the table of train, on standard output', async () => {
    const { code, out, err } = await digits('evaluate', ...reference, '--out', 'first')
    expect(code).toBe(0)
    const table = trained.err.slice(trained.err.indexOf('recipe  '), trained.err.indexOf('Report:'))
    expect(out).toBe(table)
    expect(err).not.toContain('recipe  ')
  })

  test('on other data', async () => {
    const data = writeDataFolder(join(folder, 'other data'), makeDataFiles())
    const { rows } = readFigures(await digits('evaluate', ...reference, '--out', 'first', '--data', data, '--json'))
    expect(rows.map(({ name }) => name)).toEqual([...recipeNames])
    // 60 images: every figure is a multiple of 1/60.
    for (const { clean } of rows) expect(Math.abs(clean * 60 - Math.round(clean * 60))).toBeLessThan(1e-6)
    expect(rows).not.toEqual(readFigures(trained).rows)
  })
})

test('a data folder, plain or compressed, gives the same; evaluate finds it again', async () => {
  const files = makeDataFiles()
  writeDataFolder(join(folder, 'plain files'), files)
  writeDataFolder(join(folder, 'compressed'), compressFiles(files))
  const words = [...tiny, '--epochs', '1', '--recipes', 'plain,noiseTraining', '--json']
  const plain = readFigures(await digits('train', '--data', 'plain files', '--out', 'on plain', ...words))
  const compressed = readFigures(await digits('train', '--data', 'compressed', ...words))
  expect(compressed.rows).toEqual(plain.rows)
  expect(readFigures(await digits('evaluate', ...reference, '--out', 'on plain', '--json')).rows).toEqual(plain.rows)
})

describe('predict', () => {
  test('an IDX file: every image named, shares that add up, answers in the table’s proportion', async () => {
    const files = makeDataFiles()
    writeFileSync(join(folder, 'test images'), files['t10k-images-idx3-ubyte'] as Buffer)
    const ending = await digits('predict', 'test images', '--out', 'first', '--recipe', 'plain', ...reference, '--json')
    const { recipe, predictions, backend } = readFigures(ending) as unknown as {
      recipe: string
      backend: string
      predictions: { name: string; digit: number; probability: number; probabilities: number[] }[]
    }
    expect({ recipe, backend, count: predictions.length }).toEqual({ recipe: 'plain', backend: 'reference', count: 60 })
    for (const [i, { name, digit, probability, probabilities }] of predictions.entries()) {
      expect(name).toBe(`test images[${i}]`)
      expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4)
      expect(probability).toBe(Math.max(...probabilities))
      expect(probabilities[digit]).toBe(probability)
    }
    // The share of right answers is the figure that evaluate gives for the same images.
    const labels = (files['t10k-labels-idx1-ubyte'] as Buffer).subarray(8)
    const right = predictions.filter(({ digit }, i) => digit === labels[i]).length
    const data = writeDataFolder(join(folder, 'asked'), files)
    const { rows } = readFigures(await digits('evaluate', ...reference, '--out', 'first', '--data', data, '--json'))
    expect(right / 60).toBeCloseTo(rows[0]?.clean as number, 6)
  })

  test('without --out the last run answers, with the network of everything together', async () => {
    const own = makeFolder('digits-last')
    await runApp(own, 'digits', 'train', ...tiny, '--epochs', '1', '--recipes', 'plain,all')
    writeFileSync(join(own, 'one.idx'), idxFile([1, 28, 28], new Uint8Array(784).fill(9, 300, 420)))
    const ending = await runApp(own, 'digits', 'predict', 'one.idx', ...reference, '--json')
    expect(JSON.parse(lastLine(ending.out)).recipe).toBe('all')
    expect(existsSync(join(own, 'runs', 'digits', 'last-run.json'))).toBe(true)
    const { out } = await runApp(own, 'digits', 'predict', 'one.idx', ...reference)
    expect(out).toMatch(/^one\.idx\[0\]: \d \(\d+\.\d %\)\n( {2}\d [█·]{30}\n){10}$/)
  })
})
