// Trains the tagger of the slots panel on generated sentences.
import { arange, type Backend } from '@deep-recipe/core-tensor'
import { buildVocabularySync, generateTickets, padSequences } from '@deep-recipe/datasets/words'
import { adam, fit, softmaxCrossEntropy } from '@deep-recipe/training'
import type { Effort, TrainedModel } from '../trained/trained-model.ts'
import { makeTagger, type SlotNames, STEPS } from './model.ts'

/** Trains it; seconds on ONNX Runtime. */
export async function trainSlots(backend: Backend, { epochs, share }: Effort): Promise<TrainedModel<SlotNames>> {
  const sentences = generateTickets({ count: Math.ceil(3000 * share), seed: 1, madeUp: 0.2 })
  const vocabulary = buildVocabularySync(
    sentences.map(({ words }) => words),
    { minimumCount: 3 },
  )
  const tags = [...new Set(sentences.flatMap((sentence) => sentence.tags))].sort()
  const names = { words: vocabulary.words, tags }
  const pad = (sequences: ArrayLike<number>[], value: number) =>
    padSequences(sequences, { length: STEPS, truncate: true, value }).values
  const { params } = await fit(
    makeTagger(names),
    {
      inputs: pad(
        sentences.map(({ words }) => vocabulary.encode(words)),
        0,
      ),
      targets: pad(
        sentences.map((sentence) => sentence.tags.map((tag) => tags.indexOf(tag))),
        -1,
      ),
    },
    {
      backend,
      // 1-of-N; padding, −1, is none of them and counts for nothing.
      loss: (logits, targets) =>
        softmaxCrossEntropy(logits, targets.expandDims(-1).equal(arange(tags.length)).cast('float32')),
      optimizer: adam({ learningRate: 0.005 }),
      batchSize: 32,
      epochs,
      seed: 1,
    },
  )
  return { params, extra: names }
}
