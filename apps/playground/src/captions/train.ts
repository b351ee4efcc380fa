// Trains the captioner of the page on generated scenes.
import { type Backend, toNdArray } from '@deep-recipe/core-tensor'
import { generateScenes } from '@deep-recipe/datasets/captions'
import { buildVocabularySync } from '@deep-recipe/datasets/words'
import { adam, cosineDecay, fit, withClipping } from '@deep-recipe/training'
import type { Effort, TrainedModel } from '../trained/trained-model.ts'
import { makeCaptioner, ROW, SIZE, STEPS } from './model.ts'

/** Words from number 4 on; 2 and 3 are the marks of beginning and end. */
export type CaptionWords = { readonly words: readonly string[] }

const SCENES = 3000
const CAPTIONS = 2
const BATCH = 32

/** Trains it; the longest of the trainings of the page. */
export async function trainCaptions(backend: Backend, { epochs, share }: Effort): Promise<TrainedModel<CaptionWords>> {
  const scenes = Math.ceil(SCENES * share)
  const { images, captions } = generateScenes({
    count: scenes,
    seed: 1,
    size: SIZE,
    mostObjects: 1,
    captions: CAPTIONS,
    combinations: 'trained',
  })
  const split = captions.map((all) => all.map((caption) => caption.split(' ')))
  const vocabulary = buildVocabularySync(split.flat(), { reserved: ['<start>', '<end>'] })
  const pixels = 3 * SIZE * SIZE
  const rows = new Float32Array(scenes * CAPTIONS * ROW)
  split.flat().forEach((words, row) => {
    const scene = Math.floor(row / CAPTIONS)
    rows.set((images.data as Uint8Array).subarray(scene * pixels, (scene + 1) * pixels), row * ROW)
    rows.set(vocabulary.encode(['<start>', ...words, '<end>']).subarray(0, STEPS + 1), row * ROW + pixels)
  })
  const count = scenes * CAPTIONS
  const { layer } = makeCaptioner(vocabulary.size)
  const { params } = await fit(
    layer,
    {
      inputs: toNdArray({ shape: [count, ROW], dtype: 'float32', data: rows }),
      // The layer gives the loss itself: the words are in its rows.
      targets: toNdArray({ shape: [count], dtype: 'float32', data: new Float32Array(count) }),
    },
    {
      backend,
      loss: (losses) => losses,
      optimizer: withClipping(adam({ learningRate: cosineDecay(0.003, (epochs * count) / BATCH) }), { norm: 5 }),
      batchSize: BATCH,
      epochs,
      seed: 1,
    },
  )
  return { params, extra: { words: vocabulary.words } }
}
