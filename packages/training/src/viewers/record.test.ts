// What viewers find after a training, whole and in two pieces: a table, and event files.
import * as files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openReference } from '@deep-recipe/core-tensor'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { FileError } from '../files/errors.ts'
import type { Callback, EpochEnd } from '../fit/callbacks.ts'
import { type FitResult, fit } from '../fit/fit.ts'
import { makeModel, makeOptions, trainingData } from '../fit/fixtures/task.ts'
import { encodeEvent } from './event-file.ts'
import { recordEvents } from './record-events.ts'
import { recordTable } from './record-table.ts'

const root = await files.mkdtemp(join(tmpdir(), 'viewers-'))
afterAll(() => files.rm(root, { recursive: true }))
let folder = ''
beforeEach(async () => {
  folder = await files.mkdtemp(join(root, 'run-'))
})

/** Trains with a callback, to the end or until so many steps are done. */
function train(callback: Callback, options: { steps?: number; resume?: boolean } = {}): Promise<FitResult> {
  const controller = new AbortController()
  const { steps = Number.POSITIVE_INFINITY, resume = false } = options
  const stop: Callback = { name: 'stop', onStepEnd: ({ step }) => (step >= steps ? controller.abort() : undefined) }
  return fit(makeModel(), trainingData, {
    ...makeOptions(openReference()),
    callbacks: [callback, stop],
    signal: controller.signal,
    checkpoint: { folder: join(folder, 'checkpoints'), resume },
  })
}

/** An epoch that ended, for a callback that is called by hand. */
function epochEnd(train: Record<string, number>, epoch = 1): EpochEnd {
  return { figures: { epoch, step: epoch * 10, seconds: 1, train }, params: () => Promise.resolve({}) }
}

async function readTable(path: string): Promise<object[]> {
  const cast = (value: string, { header }: { header: boolean }): string | number => (header ? value : Number(value))
  return parse(await files.readFile(path, 'utf8'), { columns: true, cast })
}

describe('the table', () => {
  test('a line for each epoch with the figures of the history, also when the run was interrupted', async () => {
    const path = join(folder, 'figures.csv')
    const { history } = await train(recordTable(path))
    const whole = await readTable(path)
    const rows = history.map(({ epoch, step, seconds, train, validation }) => ({
      epoch,
      step,
      seconds,
      ...Object.fromEntries(Object.entries(train).map(([name, value]) => [`train ${name}`, value])),
      ...Object.fromEntries(Object.entries(validation ?? {}).map(([name, value]) => [`validation ${name}`, value])),
    }))
    expect(whole).toEqual(rows)
    await files.rm(join(folder, 'checkpoints'), { recursive: true })
    // The epoch that ends at step 15 is in the file, but not in a checkpoint: it comes again.
    await train(recordTable(path), { steps: 13 })
    await files.appendFile(path, '3,15,0.1,9,9\r\n4,20,cut')
    await train(recordTable(path), { resume: true })
    const resumed = await readTable(path)
    const withoutSeconds = (list: object[]) => list.map((row) => ({ ...row, seconds: 0 }))
    expect(withoutSeconds(resumed)).toEqual(withoutSeconds(rows))
  })

  test('names with commas and quotes, numbers that are none', async () => {
    const path = join(folder, 'new', 'figures.csv')
    const table = recordTable(path)
    await table.onEpochEnd?.(epochEnd({ 'F1, "macro"': 0.5, loss: Number.NaN }))
    expect(await files.readFile(path, 'utf8')).toBe(
      'epoch,step,seconds,"train F1, ""macro""",train loss\r\n1,10,1,0.5,\r\n',
    )
  })

  test('other columns, and no place to write, are said', async () => {
    const path = join(folder, 'figures.csv')
    await recordTable(path).onEpochEnd?.(epochEnd({ loss: 1 }))
    const table = recordTable(path)
    table.onStart?.({ epochs: 2, epoch: 1, step: 10, stepsPerEpoch: 10, backend: '' })
    await expect(table.onEpochEnd?.(epochEnd({ loss: 1, accuracy: 1 }, 2))).rejects.toThrow(FileError)
    expect(await files.readFile(path, 'utf8')).toContain('1,10,1,1\r\n')
    await expect(recordTable(folder).onEpochEnd?.(epochEnd({ loss: 1 }))).rejects.toThrow(FileError)
  })
})

describe('event files', () => {
  /** The records of all event files of a part of a run, in hexadecimal without their times, file by file. */
  async function readEvents(part: string): Promise<string[][]> {
    const names = (await files.readdir(join(folder, part))).sort()
    expect(names.every((name) => /^events\.out\.tfevents\.\d+\./.test(name))).toBe(true)
    return Promise.all(names.map(async (name) => cutRecords(await files.readFile(join(folder, part, name)))))
  }

  function cutRecords(bytes: Buffer): string[] {
    const records: string[] = []
    for (let at = 0; at < bytes.length; ) {
      const length = Number(bytes.readBigUInt64LE(at))
      // Past the tag and the time, which begin every event.
      records.push(bytes.subarray(at + 12 + 9, at + 12 + length).toString('hex'))
      at += length + 16
    }
    return records
  }

  const cut = (event: Parameters<typeof encodeEvent>[0]): string =>
    cutRecords(Buffer.from(encodeEvent(event)))[0] as string

  test('an event for each epoch, training and validation apart; a resumed run adds a file', async () => {
    const first = await train(recordEvents(folder), { steps: 13 })
    const second = await train(recordEvents(folder), { resume: true })
    expect(first.history.length).toBe(2)
    const begin = (step: number): string[] => [
      cut({ time: 0, step: 0, version: true }),
      cut({ time: 0, step: step + 1, start: true }),
    ]
    for (const part of ['train', 'validation'] as const) {
      const told = second.history.map(({ step, ...figures }) => cut({ time: 0, step, figures: figures[part] ?? {} }))
      expect(await readEvents(part)).toEqual([
        [...begin(0), ...told.slice(0, 2)],
        [...begin(13), ...told.slice(2)],
      ])
    }
  })

  test('a run without validation data, and no place to write', async () => {
    await recordEvents(folder).onEpochEnd?.(epochEnd({ loss: 1 }))
    expect(await files.readdir(folder)).toEqual(['train'])
    const file = join(folder, 'file')
    await files.writeFile(file, '')
    await expect(recordEvents(file).onEpochEnd?.(epochEnd({ loss: 1 }))).rejects.toThrow(FileError)
  })
})
