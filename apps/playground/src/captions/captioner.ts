// The trained captioner on the page's backend: a picture in, sentences with what was looked at for each word out.
import { type Backend, type DeviceArray, flattenTree, type HostArray, unflattenTree } from '@deep-recipe/core-tensor'
import { makeVocabulary } from '@deep-recipe/datasets/words'
import { beamSearch } from '@deep-recipe/layers-rnn'
import weights from '#trained/captions.safetensors?inline'
import { decodeTrained, readDataAddress } from '../trained/trained-model.ts'
import { END, makeCaptioner, PADDING, SIZE, START, STEPS } from './model.ts'
import type { CaptionWords } from './train.ts'

/** A sentence, and how probable the network thinks it. */
export interface Sentence {
  readonly words: readonly string[]
  readonly probability: number
  /** For each word [MAP · MAP]: how much of its attention each place had. */
  readonly looks: readonly Float32Array[]
}

/** Reads the weights that came with the page. */
export function loadCaptioner(backend: Backend): {
  /** The three likeliest sentences for a picture, bytes [3, SIZE, SIZE]; the likeliest first. */
  caption(picture: ArrayLike<number>): Promise<Sentence[]>
  close(): void
} {
  const { params, extra } = decodeTrained<CaptionWords>(readDataAddress(weights), ({ words }) => ({
    layer: makeCaptioner(words.length + 2).layer,
    inputShape: [],
  }))
  const vocabulary = makeVocabulary(extra.words)
  const { model } = makeCaptioner(vocabulary.size)
  const search = beamSearch(backend, model, {
    start: START,
    end: END,
    maximumLength: STEPS,
    forbidden: [PADDING],
    beams: 5,
    best: 3,
  })
  const { leaves } = flattenTree<HostArray>(params)
  const arrays = leaves.map((leaf) => backend.upload(leaf))
  const onDevice = unflattenTree(params, arrays) as Parameters<typeof search>[0]
  return {
    async caption(picture) {
      const data = Float32Array.from(picture)
      const [found = []] = await search(onDevice, { shape: [1, 3, SIZE, SIZE], dtype: 'float32', data })
      return found.map(({ symbols, logProbability, weights: looks }) => ({
        words: vocabulary.decode(Int32Array.from(symbols)),
        probability: Math.exp(logProbability),
        looks,
      }))
    },
    close() {
      search.dispose()
      for (const array of arrays as DeviceArray[]) array.dispose()
    },
  }
}
