// Trains the networks that come with the page, on the fastest backend of this machine, each into a file of its own.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openBackend } from '@deep-recipe/backends'
import type { Backend } from '@deep-recipe/core-tensor'
import { createTerminal, formatDuration, writeFileAtomically } from '@deep-recipe/training'
import { trainCaptions } from '../captions/train.ts'
import { trainGo } from '../go/train.ts'
import { trainSlots } from '../slots/train.ts'
import { trainSpeech } from '../speech/train.ts'
import { type Effort, encodeTrained, type TrainedModel } from './trained-model.ts'

type Train = (backend: Backend, effort: Effort) => Promise<TrainedModel<unknown>>

/** Enough to see that all parts fit together. */
const little: Effort = { epochs: 1, share: 0.25 }

/** By the name of the file: how to train, for how many epochs, and how in a hurry. */
const trainings: Readonly<Record<string, readonly [train: Train, epochs: number, hurry: Effort]>> = {
  go: [trainGo, 12, little],
  // The tests look at what it says.
  slots: [trainSlots, 6, { epochs: 2, share: 1 }],
  speech: [trainSpeech, 10, little],
  captions: [trainCaptions, 10, little],
}

const words = process.argv.slice(2)
const isQuick = words.includes('--quick')
const folder = join(import.meta.dirname, '../../trained', isQuick ? 'quick' : '')
const missing = Object.entries(trainings).filter(
  ([name]) => words.includes('--retrain') || !existsSync(join(folder, `${name}.safetensors`)),
)
if (missing.length > 0) {
  mkdirSync(folder, { recursive: true })
  const backend = await openBackend()
  const terminal = await createTerminal()
  const progress = terminal.startProgress({ title: 'Training the networks of the page', total: missing.length })
  try {
    for (const [place, [name, [train, epochs, hurry]]] of missing.entries()) {
      const started = performance.now()
      const bytes = encodeTrained(await train(backend, isQuick ? hurry : { epochs, share: 1 }))
      await writeFileAtomically(join(folder, `${name}.safetensors`), bytes)
      terminal.log(`${name}: trained in ${formatDuration((performance.now() - started) / 1000)}`)
      progress.update(place + 1)
    }
  } finally {
    progress.finish()
    terminal.close()
    backend.close()
  }
}
