// Slot filling: what a network must see to tell where a traveller wants to arrive from where he leaves.
import { defineApp, startApp } from '@deep-recipe/app-kit'
import { evaluate } from './evaluate.ts'
import { gradients } from './gradients.ts'
import { predict } from './predict.ts'
import { train } from './train.ts'

await startApp(
  defineApp({
    name: 'slot-filling',
    summary:
      'Finds what a traveller says: where to, where from, when. Compares networks that see one word, a window, all that came before, or the whole sentence.',
    examples: [
      ['train', 'all networks on generated sentences'],
      ['train --data ~/atis --out runs/atis', 'the same on the ATIS files'],
      ['evaluate', 'the figures of the last run once more'],
      ['predict "arrive Taipei on November 2nd"', 'the slots of a sentence'],
      ['gradients', 'how gradients vanish on their way back'],
    ],
    data: 'Folder with a training and a test file of tagged sentences, such as ATIS (default: generated sentences)',
    defaults: { epochs: 10, seed: 1 },
    commands: { train, evaluate, predict, gradients },
  }),
)
