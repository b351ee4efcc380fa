// A network learns sixty digits by heart: its curves in the terminal, on what it was taught and on what it never saw.
//
// Run it with `pnpm --filter @deep-recipe/training try`, or in this folder with
// `node --import tsx --conditions=@deep-recipe/source try.mts`. Then change
// - `examples`, to 600: more data is the best recipe;
// - the optimizer, to sgd({ learningRate: 0.01 }), or the learning rate of adam to 0.1: too slow, and too fast;
// - the model: dropout(0.5) of @deep-recipe/regularizers behind the first layer. Which of the two curves changes?
// - nothing, but add callbacks: [recordTable('curves.csv')] for a spreadsheet, or [recordEvents('events')] for TensorBoard.
import { openReference } from '@deep-recipe/core-tensor'
import { generateDigitSplits } from '@deep-recipe/datasets'
import { dense, flatten, relu, sequential } from '@deep-recipe/layers-core'
import { accuracy, adam, type EpochFigures, fit, softmaxCrossEntropy } from '@deep-recipe/training'

const examples = 60
const { train, test } = generateDigitSplits({ train: examples, test: 100, seed: 1 })
const model = sequential(flatten(), dense(32, { activation: relu }), dense(10))

const { history } = await fit(
  model,
  { inputs: train.images, targets: train.labels },
  {
    backend: openReference(),
    loss: softmaxCrossEntropy,
    optimizer: adam({ learningRate: 0.005 }),
    metrics: [accuracy],
    epochs: 40,
    batchSize: 20,
    seed: 1,
    validation: { inputs: test.images, targets: test.labels },
  },
)

/** Losses of all epochs as a picture: `•` on what was taught, `○` on what was never seen. */
function drawCurves(epochs: readonly EpochFigures[], height = 14): string {
  const taught = epochs.map((epoch) => epoch.train.loss ?? 0)
  const unseen = epochs.map((epoch) => epoch.validation?.loss ?? 0)
  const most = Math.max(...taught, ...unseen)
  const rowOf = (loss = 0): number => Math.round((loss / most) * height)
  const rows = Array.from({ length: height + 1 }, (_, i) => height - i).map((row) => {
    const marks = epochs.map((_, at) => (rowOf(unseen[at]) === row ? '○' : rowOf(taught[at]) === row ? '•' : ' '))
    return `${((row / height) * most).toFixed(2).padStart(6)} │${marks.join('')}`
  })
  return [...rows, `       └${'─'.repeat(epochs.length)} ${epochs.length} epochs`].join('\n')
}
console.log(drawCurves(history))
const last = history.at(-1)
const percent = (share = 0): string => `${(100 * share).toFixed(0)} %`
const [known, unknown] = [percent(last?.train.accuracy), percent(last?.validation?.accuracy)]
console.log(`\nRight about ${known} of what it was taught, about ${unknown} of what it never saw.`)
