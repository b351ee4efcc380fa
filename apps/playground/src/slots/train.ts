// Trains the tagger of the slots panel on generated sentences.
import type { Backend } from '@deep-recipe/core-tensor'
import { buildVocabularySync, generateTickets, padSequences } from '@deep-recipe/datasets/words'
import { maskedCrossEntropy } from '@deep-recipe/sequence-losses'
import { adam, fit } from '@deep-recipe/training'
import type { TrainedModel } from '../trained/trained-model.ts'
import { makeTagger, type SlotNames, STEPS } from './model.ts'

/** Trains it; seconds on ONNX Runtime. */
export async function trainSlots(backend: Backend, epochs: number): Promise<TrainedModel<SlotNames>> {
  const sentences = generateTickets({ count: 3000, seed: 1, madeUp: 0.2 })
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
      loss: (logits, targets) => maskedCrossEntropy(logits, targets),
      optimizer: adam({ learningRate: 0.005 }),
      batchSize: 32,
      epochs,
      seed: 1,
    },
  )
  return { params, extra: names }
}
