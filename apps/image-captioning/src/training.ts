// Trains one captioner, or goes on with it.
import {
  type Backend,
  type DeviceArray,
  evaluate,
  flattenTree,
  foldInKey,
  randomKey,
  unflattenTree,
} from '@deep-recipe/core-tensor'
import type { Vocabulary } from '@deep-recipe/datasets/words'
import type { Params } from '@deep-recipe/layers-core'
import {
  adam,
  type Callback,
  cosineDecay,
  type EpochFigures,
  fit,
  type HostParams,
  type Loss,
  type Metric,
  warmup,
  withClipping,
} from '@deep-recipe/training'
import type { CaptionData } from './caption-data.ts'
import type { Captioner } from './captioner.ts'
import { captionSource, endlessSource } from './examples.ts'
import type { Settings } from './options.ts'
import { folderOf, rememberWords } from './run-file.ts'

/** How to train. */
export interface TrainingOptions {
  readonly backend: Backend
  readonly settings: Settings
  readonly vocabulary: Vocabulary
  readonly epochs: number
  readonly seed: number
  /** Of the run. */
  readonly folder: string
  readonly resume: boolean
  readonly signal: AbortSignal
  readonly callbacks: readonly Callback[]
  /** The encoder's first weights, where they come from elsewhere. */
  readonly encoder?: ((like: Params) => Promise<HostParams>) | undefined
}

/** A captioner with trained parameters. */
export interface TrainedCaptioner {
  readonly captioner: Captioner
  readonly params: HostParams
  readonly history: readonly EpochFigures[]
  readonly warnings: readonly string[]
}

/** A captioner computes its loss itself: it needs the attention weights. */
const ownLoss: Loss = (predictions) => predictions.at(0, 1)
/** Share of words that would have been said rightly after the right ones before them. */
const rightWords: Metric = { name: 'words', measure: (predictions) => predictions.at(1, 1) }

/** The gradient is cut to this length. */
const longestGradient = 5

/** Trains; undefined when it was interrupted (everything so far is saved). */
export async function trainCaptioner(
  captioner: Captioner,
  data: CaptionData,
  options: TrainingOptions,
): Promise<TrainedCaptioner | undefined> {
  const { backend, settings, vocabulary, epochs, seed, signal, resume, callbacks } = options
  const { steps, captions, looking } = captioner.settings
  const { batchSize, wordDropout, learningRate } = settings
  const cutting = { vocabulary, steps, batchSize, captions, seed, wordDropout }
  const source = data.endless ? endlessSource(data.endless, cutting) : captionSource(data.train, cutting)
  const total = epochs * source.length
  const slow = Math.min(50, Math.ceil(total / 10))
  const folder = folderOf(options.folder, looking)
  const result = await fit(captioner.layer, source, {
    backend,
    loss: ownLoss,
    metrics: [rightWords],
    optimizer: withClipping(
      adam({ learningRate: warmup(slow, cosineDecay(learningRate, Math.max(1, total - slow))) }),
      {
        norm: longestGradient,
      },
    ),
    epochs,
    seed,
    signal,
    inputShape: [],
    validation: captionSource(data.validation, { vocabulary, steps, batchSize, captions }),
    callbacks: [...callbacks, rememberWords(vocabulary, folder)],
    checkpoint: { folder, resume, keep: 2 },
    ...(options.encoder && { initial: await beginWith(captioner, options) }),
  })
  if (result.ended === 'interrupted') return undefined
  return { captioner, params: result.params, history: result.history, warnings: result.warnings }
}

/** First parameters with the encoder's weights from elsewhere. */
async function beginWith({ layer }: Captioner, { backend, seed, encoder }: TrainingOptions): Promise<HostParams> {
  const first = layer.init(foldInKey(randomKey(seed), 0), []) as { readonly encoder: Params; readonly decoder: Params }
  const drawn = await evaluate(backend, first)
  const { leaves } = flattenTree<DeviceArray>(drawn)
  const hosts = await Promise.all(leaves.map((array) => array.host()))
  for (const array of leaves) array.dispose()
  const params = unflattenTree(drawn, hosts) as HostParams
  const weights = await encoder?.(first.encoder)
  return { ...params, ...(weights && { encoder: weights }) }
}
