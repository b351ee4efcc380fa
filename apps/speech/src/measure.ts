// How well a network hears: the error rate on connected digits, the accuracy on single ones, and its loss.
import { type Backend, HostRandom } from '@deep-recipe/core-tensor'
import type { HostNdArray } from '@deep-recipe/datasets'
import { type ErrorRate, tokenErrorRate } from '@deep-recipe/sequence-losses'
import { type BatchSource, evaluateModel, type HostParams, type JsonRecord } from '@deep-recipe/training'
import { packBatch } from './batches.ts'
import { decode, type Heard } from './decode.ts'
import { prepareFeatures, rate } from './hearing.ts'
import type { Network } from './network.ts'
import { lossPerDigit } from './objective.ts'
import { openRecognizer } from './recognize.ts'
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

const testStrings = 240
/** The strings are the same for every run. */
const testSeed = 11

/** Strings of 1 to 7 digits from recordings, and the recordings by themselves. */
export function prepareTest(recordings: Recordings): TestSet {
  const withFeatures = (one: Utterance): TestUtterance => ({ ...one, features: prepareFeatures(one.samples) })
  return {
    strings: dealStrings(recordings, testStrings, rate, new HostRandom(testSeed)).map(withFeatures),
    singles: singleDigits(recordings).map(withFeatures),
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
      const scores = await recognizer.listen(utterances.map(({ features }) => features))
      return utterances.map((utterance, i) => ({ utterance, heard: decode(scores[i], recognizer.stride) }))
    }
    const [heardStrings, heardSingles] = [await answer(strings), await answer(singles)]
    const edits = tokenErrorRate(
      heardStrings.map(({ heard }) => heard.digits),
      strings.map(({ digits }) => digits),
    )
    const right = heardSingles.filter(({ heard, utterance }) => heard.digits.join() === utterance.digits.join())
    const { loss } = await evaluateModel(network.layer, params, batchesOf(strings, network.stride), {
      backend,
      loss: lossPerDigit,
    })
    return {
      digitErrorRate: edits.rate,
      singleDigitAccuracy: right.length / singles.length,
      loss: loss as number,
      edits,
      strings: heardStrings,
      singles: heardSingles,
    }
  } finally {
    recognizer.dispose()
  }
}

const batchSize = 16
const lengths = [144, 288, 480, 780]

/** Utterances in batches of a few shapes, short ones together. Utterances that are longer than any shape get one of their own. */
export function batchesOf(
  utterances: readonly Pick<TestUtterance, 'features' | 'digits'>[],
  stride: number,
): BatchSource {
  const framesOf = (one: Pick<TestUtterance, 'features'>): number => one.features.shape[0] as number
  const roundUp = (frames: number): number =>
    lengths.find((length) => length >= frames) ?? 300 * Math.ceil(frames / 300)
  const groups = new Map<number, Pick<TestUtterance, 'features' | 'digits'>[]>()
  for (const one of utterances) {
    const length = roundUp(framesOf(one))
    groups.set(length, [...(groups.get(length) ?? []), one])
  }
  const batches = [...groups].flatMap(([length, group]) =>
    Array.from({ length: Math.ceil(group.length / batchSize) }, (_, i) => ({
      length,
      examples: group.slice(i * batchSize, (i + 1) * batchSize),
    })),
  )
  return {
    length: batches.length,
    *epoch(_epoch, start) {
      for (const { length, examples } of batches.slice(start)) yield packBatch(examples, batchSize, length, stride)
    },
  }
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
