// The trained tagger on the page's backend: a sentence in, words with their slots and probabilities out.
import { type Backend, compile, type Tensor } from '@deep-recipe/core-tensor'
import { makeVocabulary, padSequences, tokenize } from '@deep-recipe/datasets/words'
import { evaluation, type Params } from '@deep-recipe/layers-core'
import weights from '#trained/slots.safetensors?inline'
import { decodeTrained, readDataAddress } from '../trained/trained-model.ts'
import { makeTagger, type SlotNames, STEPS } from './model.ts'

/** A word, its tag (`O`, `B-slot`, `I-slot`) and how sure the network is. */
export interface TaggedWord {
  readonly word: string
  readonly tag: string
  readonly probability: number
  /** Whether the vocabulary holds it. */
  readonly isKnown: boolean
}

/** Reads the weights that came with the page. `tag` is a function of a sentence; `close` frees the device. */
export function loadTagger(backend: Backend): { tag(sentence: string): Promise<TaggedWord[]>; close(): void } {
  const { params, extra } = decodeTrained<SlotNames>(readDataAddress(weights), (names) => ({
    layer: makeTagger(names),
    inputShape: [STEPS],
  }))
  const vocabulary = makeVocabulary(extra.words)
  const model = makeTagger(extra)
  const read = compile(backend, (tensors: Params, words: Tensor) => model.apply(tensors, words, evaluation).softmax())
  return {
    async tag(sentence) {
      const words = tokenize(sentence).slice(0, STEPS)
      if (words.length === 0) return []
      const { values } = padSequences([vocabulary.encode(words)], { length: STEPS })
      const result = await read(params, values)
      const shares = await result.data()
      result.dispose()
      const count = extra.tags.length
      return words.map((word, step) => {
        const row = Array.from(shares.subarray(step * count, (step + 1) * count))
        const probability = Math.max(...row)
        const tag = extra.tags[row.indexOf(probability)] ?? 'O'
        return { word, tag, probability, isKnown: vocabulary.has(word) }
      })
    },
    close: () => read.dispose(),
  }
}
