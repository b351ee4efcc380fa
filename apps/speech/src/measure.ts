// How well a network hears: the error rate on connected digits, the accuracy on single ones, and its loss.
import { type Backend, HostRandom } from '@deep-recipe/core-tensor'
import type { HostNdArray } from '@deep-recipe/datasets'
import { type ErrorRate, tokenErrorRate } from '@deep-recipe/sequence-losses'
import type { BatchSource, HostParams, JsonRecord } from '@deep-recipe/training'
import { packBatch } from './batches.ts'
import { decode, type Heard } from './decode.ts'
import { prepareFeatures, rate } from './hearing.ts'
import type { Network } from './network.ts'
import { openRecognizer } from './recognize.ts'
import { settleRoom } from './room.ts'
import { dealStrings, type Recordings, singleDigits, type Utterance } from './strings.ts'

/** An utterance with its features. */
export interface TestUtterance extends Utterance {
  readonly features: HostNdArray<Float32Array>
}

/** What is measured on. */
export interface TestSet {
  readonly strings: readonly TestUtterance[]
  readonly singles: readonly TestUtterance[]
}

/** An utterance, and what was heard. */
export interface Answer {
  readonly utterance: TestUtterance
  readonly heard: Heard
  readonly loss: number
}

/** What a measurement gives. */
export interface Measurement {
  /** Edits / digits over all strings. */
  readonly digitErrorRate: number
  /** Share of the single recordings from which exactly their digit was heard. */
  readonly singleDigitAccuracy: number
  /** CTC loss on the strings, nats for each digit. */
  readonly loss: number
  readonly edits: ErrorRate
  readonly strings: readonly Answer[]
  readonly singles: readonly Answer[]
}

/** The strings are the same for every run. */
const testSeed = 11

/** So many strings of 1 to 7 digits from recordings, and the recordings by themselves, with room around them. */
export function prepareTest(recordings: Recordings, count: number): TestSet {
  const withFeatures = (one: Utterance): TestUtterance => ({ ...one, features: prepareFeatures(one.samples) })
  return {
    strings: dealStrings(recordings, count, rate, new HostRandom(testSeed)).map(withFeatures),
    singles: singleDigits(recordings).map((one) => withFeatures({ ...one, samples: settleRoom(one.samples).samples })),
  }
}

/** Measures a network. */
export async function measure(
  network: Network,
  params: HostParams,
  { strings, singles }: TestSet,
  backend: Backend,
): Promise<Measurement> {
  const recognizer = openRecognizer(network, params, backend)
  try {
    const answer = async (utterances: readonly TestUtterance[]): Promise<Answer[]> => {
      const examined = await recognizer.examine(utterances)
      return examined.map(({ scores, loss }, i) => ({
        utterance: utterances[i] as TestUtterance,
        heard: decode(scores, recognizer.stride),
        loss,
      }))
    }
    const [heardStrings, heardSingles] = [await answer(strings), await answer(singles)]
    const edits = tokenErrorRate(
      heardStrings.map(({ heard }) => heard.digits),
      strings.map(({ digits }) => digits),
    )
    const right = heardSingles.filter(({ heard, utterance }) => heard.digits.join() === utterance.digits.join())
    return {
      digitErrorRate: edits.rate,
      singleDigitAccuracy: right.length / singles.length,
      loss: heardStrings.reduce((sum, { loss }) => sum + loss, 0) / heardStrings.length,
      edits,
      strings: heardStrings,
      singles: heardSingles,
    }
  } finally {
    recognizer.dispose()
  }
}

/** Frames of the strings that watch a training: all in one shape. */
const watchedFrames = 480
const watchedBatch = 16
/** Strings to choose them from. */
export const watchedStrings = 24

/** Some strings of a test set in one batch, to watch a training with. */
export function watchingSource({ strings }: TestSet, stride: number): BatchSource {
  const fitting = strings
    .filter(({ features }) => (features.shape[0] as number) <= watchedFrames)
    .slice(0, watchedBatch)
  const batches = fitting.length > 0 ? [packBatch(fitting, watchedBatch, watchedFrames, stride)] : []
  return { length: batches.length, epoch: (_epoch, start) => batches.slice(start) }
}

/** The figures of train and evaluate, for --json. */
export function toFigures(measured: Measurement, seconds: number, backend: string): JsonRecord {
  const { digitErrorRate, singleDigitAccuracy, loss } = measured
  return { digitErrorRate, singleDigitAccuracy, loss, seconds: Math.round(seconds * 10) / 10, backend }
}

/** The figures as people read them. */
export function describeMeasurement(measured: Measurement, name: string): string[] {
  const { edits, singles } = measured
  return [
    `${name}:`,
    `  digit error rate of connected digits  ${percent(measured.digitErrorRate)}  (${edits.substitutions} exchanged, ${edits.deletions} missed, ${edits.insertions} made up, of ${edits.length})`,
    `  single digits heard rightly           ${percent(measured.singleDigitAccuracy)}  (of ${singles.length})`,
    `  CTC loss, nats for each digit         ${measured.loss.toFixed(4)}`,
  ]
}

/** `0.0312` → `3.12 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}
