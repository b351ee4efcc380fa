// An utterance on a page: the spectrogram, and the spikes of CTC as curves with the digits above them.
import type { HostNdArray } from '@deep-recipe/datasets'
import type { Report } from '@deep-recipe/training'
import type { Heard } from './decode.ts'
import { drawSpectrogram, frameWidth, probabilitiesOf } from './spectrogram.ts'

/** What is shown of an utterance. */
export interface ShownUtterance {
  readonly caption: string
  /** Log-mel features [frames, filters], as `hear` gives them. */
  readonly features: HostNdArray<Float32Array>
  readonly heard: Heard
  readonly stride: number
  /** Where the features begin in the sound, seconds. Default 0. */
  readonly from?: number
  /** Whether what was heard is what was said, where that is known. */
  readonly isRight?: boolean
}

/** Adds an utterance to a page. */
export function addUtterance(
  report: Report,
  { caption, features, heard, stride, from = 0, isRight }: ShownUtterance,
): void {
  const [frames] = features.shape as [number, number]
  const image = drawSpectrogram(features, heard.scores, stride)
  report.images({
    images: [{ image, caption, ...(isRight !== undefined && { tone: isRight ? 'good' : 'bad' }) }],
    width: Math.min(1000, frames * frameWidth),
  })
  const probabilities = probabilitiesOf(heard.scores)
  const seconds = probabilities.map((_, t) => Number((from + (t + 0.5) * heard.secondsPerStep).toFixed(3)))
  const present = [...new Set(heard.digits)].sort()
  if (present.length === 0) return
  report.curves({
    charts: [
      {
        title: 'Spikes',
        xName: 'seconds',
        curves: present.map((digit) => ({
          name: `digit ${digit}`,
          x: seconds,
          y: probabilities.map((row) => Number((row[digit + 1] as number).toFixed(4))),
        })),
        marks: heard.tokens.map((token) => ({ x: from + (token.from + token.to) / 2, label: String(token.digit) })),
      },
    ],
  })
}
