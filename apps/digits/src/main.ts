// The recipe laboratory: trains one network by every recipe against overfitting, and compares them.
import { defineApp, startApp } from '@deep-recipe/app-kit'
import { evaluate } from './evaluate.ts'
import { predict } from './predict.ts'
import { train } from './train.ts'

await startApp(
  defineApp({
    name: 'digits',
    summary:
      'The recipe laboratory: one network for handwritten digits, trained by every recipe against overfitting, and each of them measured on clean and on noisy test images.',
    examples: [
      ['train', 'the whole table on generated digits'],
      ['train --data ~/mnist --out runs/mnist', 'the same on MNIST'],
      ['evaluate', 'the figures of the last run once more'],
      ['predict seven.png', 'what the last run reads in a picture'],
    ],
    data: "Folder with MNIST's four IDX files, gzip or not (default: generated digits)",
    defaults: { epochs: 20, seed: 1 },
    commands: { train, evaluate, predict },
  }),
)
