// What the network is trained on: new strings in every epoch, from short to long, each of them changed in speed, loudness and
// noise, with stretches and bands left out.
import { HostRandom } from '@deep-recipe/core-tensor'
import { prefetch } from '@deep-recipe/datasets'
import {
  addNoise,
  changeSpeed,
  type MaskOptions,
  makeNoise,
  maskFeatures,
  type SpokenDigit,
} from '@deep-recipe/datasets/sound'
import type { BatchSource, TrainingBatch } from '@deep-recipe/training'
import { type Example, packBatch } from './batches.ts'
import { hopSeconds, prepareFeatures, rate } from './hearing.ts'
import { countSteps } from './network.ts'
import { drawPauses, joinRecordings, longestString, type Pauses, type Recordings } from './strings.ts'

/** Strings of about one length, which share a shape. */
interface Bucket {
  readonly digits: readonly [least: number, most: number]
  /** A multiple of every stride. */
  readonly frames: number
  /** Strings in a batch: the shorter they are the more. */
  readonly batch: number
}

/** Short, middling and long strings. */
function makeBuckets(batchSize: number): readonly Bucket[] {
  return [
    { digits: [1, 2], frames: 144, batch: batchSize },
    { digits: [3, 4], frames: 288, batch: Math.ceil((2 * batchSize) / 3) },
    { digits: [5, longestString], frames: 480, batch: Math.ceil(batchSize / 2) },
  ]
}

/** How much of created data. */
export interface TrainingSourceOptions {
  readonly recordings: Recordings
  /** Batches in an epoch. */
  readonly steps: number
  /** Strings in a batch of short ones. */
  readonly batchSize: number
  readonly epochs: number
  readonly seed: number
  readonly stride: number
  /** Shares of the training after which strings of three digits and more are drawn too, then those of five and more. */
  readonly longerAfter: readonly [three: number, five: number]
  /** Whether speed, noise and masks vary. */
  readonly augment: boolean
}

const trainingPauses: Pauses = { between: [0, 0.5], around: [0, 0.25] }
/** Where nothing is said, the two pauses make the whole. */
const silence: Pauses = { between: [0, 0], around: [0.1, 0.6] }
/** Share of examples in which nothing is said: silence must not be a digit. */
const silentShare = 0.03
/** Masks that leave enough of a digit, which lasts 40 frames. */
const masks: MaskOptions = { timeMasks: 2, timeWidth: 6, timeShare: 0.1, bandMasks: 2, bandWidth: 6 }
/** Longer than any string of a batch. */
const noiseSamples = 1 << 16
/** Nepers by which the loudness varies, up and down: by what is loudest in a string it is measured only roughly. */
const loudnessRange = 0.5

/** The source of a training. Batch b of epoch e depends on the seed, e and b alone, so a run can go on anywhere. */
export function trainingSource(options: TrainingSourceOptions): BatchSource {
  const { steps, epochs, seed, stride } = options
  const buckets = makeBuckets(options.batchSize)
  const random = new HostRandom(seed).fork(7)
  const noises = (['white', 'pink', 'brown'] as const).map((color, i) => makeNoise(noiseSamples, color, random.fork(i)))
  const makeBatch = (epoch: number, step: number): TrainingBatch => {
    const draw = random.fork(1000 + epoch).fork(step)
    const bucket = chooseBucket({ buckets, longerAfter: options.longerAfter }, (epoch + step / steps) / epochs, draw)
    const examples = Array.from({ length: bucket.batch }, (_, i) => drawExample(options, bucket, noises, draw.fork(i)))
    return packBatch(examples, bucket.batch, bucket.frames, stride)
  }
  return {
    length: steps,
    epoch: (epoch, start) =>
      prefetch(
        (function* () {
          for (let step = start; step < steps; step++) yield makeBatch(epoch, step)
        })(),
        1,
      ),
  }
}

/** From short to long: which lengths are drawn depends on how much of the training is done. */
function chooseBucket(
  { buckets, longerAfter }: { readonly buckets: readonly Bucket[]; readonly longerAfter: readonly number[] },
  progress: number,
  random: HostRandom,
): Bucket {
  const known = 1 + longerAfter.filter((share) => progress >= share).length
  return buckets[random.integer(known)] as Bucket
}

/** A string before it is made. */
interface Plan {
  readonly spoken: readonly SpokenDigit[]
  /** How fast each of them is said, as a factor. */
  readonly speeds: readonly number[]
  readonly pauses: readonly number[]
}

/** Draws until a string fits: not longer than the bucket, and not said so fast that there are too few steps to spell it. */
function drawPlan(options: TrainingSourceOptions, bucket: Bucket, random: HostRandom): Plan {
  for (;;) {
    const plan = drawAnyPlan(options, bucket, random)
    const seconds =
      plan.spoken.reduce((sum, { sound }, i) => sum + sound.samples.length / rate / (plan.speeds[i] as number), 0) +
      plan.pauses.reduce((sum, pause) => sum + pause, 0)
    const steps = countSteps(seconds / hopSeconds - 3, options.stride)
    if (seconds / hopSeconds <= bucket.frames && steps > 2 * plan.spoken.length) return plan
  }
}

function drawAnyPlan(
  { recordings, augment }: TrainingSourceOptions,
  { digits: [least, most] }: Bucket,
  random: HostRandom,
): Plan {
  const speakers = [...recordings.keys()]
  const own = recordings.get(speakers[random.integer(speakers.length)] as string) as readonly SpokenDigit[]
  const count = random.uniform() < silentShare ? 0 : least + random.integer(most - least + 1)
  const pace = 0.88 + 0.26 * random.uniform()
  const spoken = Array.from({ length: count }, () => own[random.integer(own.length)] as SpokenDigit)
  return {
    spoken,
    speeds: spoken.map(() => (augment ? Math.round(100 * pace * (0.95 + 0.1 * random.uniform())) / 100 : 1)),
    pauses: drawPauses(count, count === 0 ? silence : trainingPauses, random),
  }
}

function drawExample(
  options: TrainingSourceOptions,
  bucket: Bucket,
  noises: readonly Float32Array[],
  random: HostRandom,
): Example {
  const { spoken, speeds, pauses } = drawPlan(options, bucket, random)
  const digits = spoken.map(({ digit }) => digit)
  const words = spoken.map(({ sound }, i) => {
    const speed = speeds[i] as number
    return speed === 1 ? sound.samples : changeSpeed(sound.samples, speed)
  })
  const joined = joinRecordings(words, pauses, rate, random)
  const louder = loudnessRange * (2 * random.uniform() - 1)
  if (!options.augment) return { features: prepareFeatures(joined, louder), digits }
  const noise = noises[random.integer(noises.length)] as Float32Array
  const decibels = 12 + 38 * random.uniform()
  const from = random.integer(noise.length - joined.length)
  const noisy = addNoise(joined, noise.subarray(from, from + joined.length), decibels)
  return { features: maskFeatures(prepareFeatures(noisy, louder), masks, random), digits }
}
