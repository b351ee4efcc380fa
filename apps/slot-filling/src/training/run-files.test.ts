// What a run keeps: it comes back as it was, and nothing foreign is taken for it.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openReference } from '@deep-recipe/core-tensor'
import { generateTickets } from '@deep-recipe/datasets/words'
import { CheckpointError } from '@deep-recipe/training'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { chooseSettings, type Variant } from '../options.ts'
import { buildCoder, toCoderRecord } from '../text/coder.ts'
import { loadCoder, loadTagger, saveCoder } from './run-files.ts'
import { folderOf, makeTagger, type TrainingOptions, trainTagger } from './train-tagger.ts'

vi.setConfig({ testTimeout: 120_000 })

const folder = mkdtempSync(join(tmpdir(), 'slots-run-'))
afterAll(() => rmSync(folder, { recursive: true }))

const sentences = generateTickets({ count: 24, seed: 1 })
const coder = buildCoder(sentences)
const settings = chooseSettings({ model: 'lstm', hashing: 'on', units: 3, width: 3, batchSize: 12 })
const lstm: Variant = { model: 'lstm', hashing: true }
const options: TrainingOptions = {
  backend: openReference(),
  coder,
  settings,
  epochs: 2,
  seed: 1,
  folder,
  resume: false,
  signal: new AbortController().signal,
}
const data = { train: sentences.slice(0, 20), validation: sentences.slice(20) }

let curve: readonly number[] = []
beforeAll(async () => {
  const seen: number[] = []
  const onEpoch = async (_: unknown, f1: number): Promise<void> => void seen.push(f1)
  const trained = await trainTagger(lstm, data, options, { callbacks: [], onEpoch })
  curve = trained?.validation.f1 ?? []
  expect(curve).toEqual(seen)
  expect(curve.length).toBe(2)
  // Busy machines take their time.
}, 120_000)

describe('loadTagger', () => {
  test('the best parameters, and the F1 that chose them', async () => {
    const loaded = await loadTagger(folderOf(lstm, options), makeTagger(lstm, coder, settings), coder, lstm)
    expect(loaded?.validation.f1).toEqual(curve)
    expect(loaded?.epoch).toBe(2)
    const { scores = [], bestEpoch } = loaded?.validation ?? {}
    expect(scores[(bestEpoch ?? 0) - 1]).toBe(Math.max(...scores))
  })

  test('nothing there: undefined', async () => {
    expect(await loadTagger(join(folder, 'none'), makeTagger(lstm, coder, settings), coder, lstm)).toBeUndefined()
  })

  test('a checkpoint of another network, of the same shapes or not', async () => {
    const moved = join(folder, 'moved')
    mkdirSync(moved)
    const [name = ''] = readdirSync(folderOf(lstm, options))
    copyFileSync(join(folderOf(lstm, options), name), join(moved, name))
    const gru: Variant = { model: 'gru', hashing: true }
    const failure = loadTagger(moved, makeTagger(gru, coder, settings), coder, gru)
    await expect(failure).rejects.toThrow(CheckpointError)
    await expect(failure).rejects.toThrow("The checkpoint's model: expected gru, as in this run, received lstm")
  })

  test('a checkpoint of other words, though as many', async () => {
    const renamed = sentences.map(({ words, ...rest }) => ({
      ...rest,
      words: words.map((word) => [...word].reverse().join('')),
    }))
    const other = buildCoder(renamed)
    const failure = loadTagger(folderOf(lstm, options), makeTagger(lstm, other, settings), other, lstm)
    await expect(failure).rejects.toThrow(
      "The checkpoint's words, tags and intents: expected those of this run's training data",
    )
    const resumed = trainTagger(
      lstm,
      data,
      { ...options, coder: other, resume: true, epochs: 3 },
      {
        callbacks: [],
        onEpoch: async () => {},
      },
    )
    await expect(resumed).rejects.toThrow(CheckpointError)
  })
})

describe('the words of a run', () => {
  test('come back as they were', async () => {
    await saveCoder(folder, coder)
    expect(toCoderRecord(await loadCoder(folder))).toEqual(toCoderRecord(coder))
  })

  test.each([
    ['cut off', '{"words": ["a"'],
    ['of another kind', '{"words": "a", "trigrams": [], "tags": [], "intents": [], "width": 2}'],
    ['without a list', '{"words": [], "trigrams": [], "tags": [], "width": 2}'],
  ])('%s: an error that says what to do', async (_, text) => {
    const own = mkdtempSync(join(folder, 'words-'))
    writeFileSync(join(own, 'words.json'), text)
    await expect(loadCoder(own)).rejects.toThrow(/words\.json: expected the words, tags and intents.*Train again/)
  })

  test('missing', async () => {
    await expect(loadCoder(join(folder, 'none'))).rejects.toThrow(/no such file.*Train again/)
  })
})
