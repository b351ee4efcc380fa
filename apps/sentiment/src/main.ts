// Sentiment of reviews, many words to one answer: LSTMs that judge by their last step or by attention to all of them.
import { defineApp, startApp } from '@deep-recipe/app-kit'
import { evaluate } from './evaluate.ts'
import { predict } from './predict.ts'
import { train } from './train.ts'

await startApp(
  defineApp({
    name: 'sentiment',
    summary:
      'Tells praise from blame in sentences about films: an LSTM both ways whose last steps decide, one that attends to all steps, and both together.',
    examples: [
      ['train', 'on generated reviews'],
      [
        'train --data ~/rt-polarity --fold 3',
        'on a folder with one file *.pos and one *.neg, testing on its fourth tenth',
      ],
      ['evaluate', 'the figures of the last run once more'],
      ['predict "the plot is not dull at all"', 'what the last run makes of it, word by word in colour'],
      ['predict < sentences.txt', 'a verdict for each line'],
    ],
    data: 'Folder with one file *.pos of positive sentences and one *.neg of negative ones, a sentence a line (default: generated reviews)',
    defaults: { epochs: 8, seed: 1 },
    commands: { train, evaluate, predict },
  }),
)
