// English and Chinese: sequence to sequence without attention and with it.
import { defineApp, startApp } from '@deep-recipe/app-kit'
import { evaluate } from './command/evaluate.ts'
import { train } from './command/train.ts'
import { translate } from './command/translate.ts'

await startApp(
  defineApp({
    name: 'translation',
    summary:
      'Translates between English and Chinese: a recurrent encoder and decoder, trained without attention and with it, and compared on sentences that neither has seen.',
    examples: [
      ['train', 'both networks on generated phrases'],
      ['train --data ~/cmn-eng --epochs 10', 'the same on real sentence pairs'],
      ['translate "we want to learn machine learning."', 'what the last run says, and what it looks at'],
      ['evaluate', 'the figures of the last run once more'],
    ],
    data: 'Folder with one *.txt or *.tsv of English, a tab, and Chinese on each line (default: generated phrases)',
    defaults: { epochs: 5, seed: 1 },
    commands: { train, evaluate, translate },
  }),
)
