// What a person and a file are told while fit runs, by the events that fit sends.
import * as files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readMetrics } from '../files/metrics-file.ts'
import { recordMetrics } from '../files/record-metrics.ts'
import type { Callback } from '../fit/callbacks.ts'
import { showProgress } from './show-progress.ts'
import { createTerminal } from './terminal.ts'

const stepsPerEpoch = 3

/** Sends the events of a run from one epoch to another, as fit does. */
async function sendRun(callback: Callback, from: number, to: number): Promise<void> {
  const epochs = 4
  await callback.onStart?.({ epochs, epoch: from, step: from * stepsPerEpoch, stepsPerEpoch, backend: 'test' })
  for (let epoch = from; epoch < to; epoch++) {
    for (let stepInEpoch = 1; stepInEpoch <= stepsPerEpoch; stepInEpoch++) {
      const step = epoch * stepsPerEpoch + stepInEpoch
      await callback.onStepEnd?.({ epoch, step, stepInEpoch, figures: { loss: 1 / step, gradientNorm: 5 } })
    }
    const step = (epoch + 1) * stepsPerEpoch
    const figures = {
      epoch: epoch + 1,
      step,
      seconds: 1,
      train: { loss: 1 / step, gradientNorm: 5 },
      validation: { loss: 2 / step },
    }
    await callback.onEpochEnd?.({ figures, params: () => Promise.reject(new Error('not asked for')) })
  }
  await callback.onEnd?.()
}

test('without a screen, a line an epoch with the figures of training and validation', async () => {
  const lines: string[] = []
  const terminal = await createTerminal({ write: (text) => lines.push(text) }, { now: () => 0 })
  await sendRun(showProgress(terminal, 'plain'), 1, 4)
  expect(lines).toEqual([
    'plain: epoch 2/4, loss 0.1667, validation loss 0.3333, 0 s left\n',
    'plain: epoch 3/4, loss 0.1111, validation loss 0.2222, 0 s left\n',
    'plain: epoch 4/4, loss 0.08333, validation loss 0.1667, 0 s\n',
  ])
})

test('the file has a line an epoch; resumed, none twice; anew, it begins empty', async () => {
  const folder = await files.mkdtemp(join(tmpdir(), 'record-'))
  const path = join(folder, 'metrics.jsonl')
  const epochs = async (): Promise<unknown[]> => (await readMetrics(path)).map(({ epoch }) => epoch)
  await sendRun(recordMetrics(path), 0, 3)
  expect((await readMetrics(path))[1]).toEqual({
    epoch: 2,
    step: 6,
    seconds: 1,
    train: { loss: 1 / 6, gradientNorm: 5 },
    validation: { loss: 2 / 6 },
  })
  await sendRun(recordMetrics(path), 2, 4)
  expect(await epochs()).toEqual([1, 2, 3, 4])
  await sendRun(recordMetrics(path), 0, 1)
  expect(await epochs()).toEqual([1])
  await files.rm(folder, { recursive: true })
})
