// Speech to digits: learns from sounds and the digits in them, without being told where.
import { defineApp, startApp } from '@deep-recipe/app-kit'
import { evaluate } from './evaluate.ts'
import { train } from './train.ts'
import { transcribe } from './transcribe.ts'

await startApp(
  defineApp({
    name: 'speech',
    summary:
      'Writes down spoken digits. Trained by connectionist temporal classification on strings of recordings and the digits in them, without any alignment.',
    examples: [
      ['train', 'on synthesized voices'],
      ['train --data ~/fsdd', 'on the free spoken digit dataset; ~/fsdd-test is tested on'],
      ['evaluate', 'the figures of the last run once more'],
      ['transcribe voice.wav', 'the digits in a recording, with times and confidences'],
      ['transcribe - < voice.wav', 'the same from a pipe'],
    ],
    data: 'Folder with recordings DIGIT_SPEAKER_INDEX.wav (default: synthesized digits)',
    defaults: { epochs: 20, seed: 1 },
    commands: { train, evaluate, transcribe },
  }),
)
