// Trains the recognizer of the speech panel: strings of synthesized digits, and which digits they hold, but not when.
import { type Backend, HostRandom, type Tensor, toNdArray } from '@deep-recipe/core-tensor'
import { generateSpokenDigits, type SpokenDigit } from '@deep-recipe/datasets/sound'
import { ctcLoss } from '@deep-recipe/sequence-losses'
import { adam, fit, withClipping } from '@deep-recipe/training'
import type { Effort, TrainedModel } from '../trained/trained-model.ts'
import { FILTERS, hear, RATE, STACK, STEPS } from './features.ts'
import { makeRecognizer } from './model.ts'
import { speakString } from './speak-string.ts'

const SPEAKERS = 12
const STRINGS = 720
const LONGEST = 4

/** Trains it; some seconds on ONNX Runtime. */
export async function trainSpeech(backend: Backend, { epochs, share }: Effort): Promise<TrainedModel<null>> {
  const strings = Math.ceil(STRINGS * share)
  const digits = generateSpokenDigits({ speakers: SPEAKERS, takes: 4, rate: RATE, seed: 1 })
  const voices = [...new Set(digits.map(({ speaker }) => speaker))].map((speaker) =>
    digits.filter((digit) => digit.speaker === speaker),
  )
  const random = new HostRandom(2)
  const inputs = new Float32Array(strings * STEPS * STACK * FILTERS)
  const labels = new Int32Array(strings * LONGEST).fill(-1)
  for (let string = 0; string < strings; string++) {
    const voice = voices[random.integer(voices.length)] ?? digits
    const takes = Array.from(
      { length: 1 + random.integer(LONGEST) },
      () => voice[random.integer(voice.length)] as SpokenDigit,
    )
    inputs.set(hear(speakString(takes, random), RATE).features.data, string * STEPS * STACK * FILTERS)
    labels.set(
      takes.map(({ digit }) => digit + 1),
      string * LONGEST,
    )
  }
  const { params } = await fit(
    makeRecognizer(),
    {
      inputs: toNdArray({ shape: [strings, STEPS, STACK * FILTERS], dtype: 'float32', data: inputs }),
      targets: toNdArray({ shape: [strings, LONGEST], dtype: 'int32', data: labels }),
    },
    {
      backend,
      loss: (logits: Tensor, targets: Tensor) => ctcLoss(logits, targets, { reduction: 'none' }),
      optimizer: withClipping(adam({ learningRate: 0.005 }), { norm: 5 }),
      batchSize: 24,
      epochs,
      seed: 1,
    },
  )
  return { params, extra: null }
}
