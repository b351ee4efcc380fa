// The silence around an utterance: the network expects about as much as the strings have that it learned from, and mishears words that
// are cut off close to their ends.
import { HostRandom } from '@deep-recipe/core-tensor'
import { rate } from './hearing.ts'
import { joinRecordings } from './strings.ts'

/** Seconds that are left, or added, before the first sound and after the last. */
export const roomSeconds = 0.1
/** Softer than the loudest moment by this factor (36 dB) counts as silence. */
const silenceShare = 1 / 64
/** Seconds of a moment. */
const momentSeconds = 0.01

/** An utterance with the right amount of silence around it. */
export interface Settled {
  readonly samples: Float32Array
  /** Where its first sample lies in the sound that was given, seconds; negative where silence was added. */
  readonly from: number
}

/**
 * Cuts longer silence at both ends down to a tenth of a second, and adds the faint noise of a room where there is less, as in
 * recordings that are cut close to their words.
 */
export function settleRoom(samples: Float32Array, room: number = roomSeconds): Settled {
  const moment = Math.round(momentSeconds * rate)
  const peaks = Array.from({ length: Math.ceil(samples.length / moment) }, (_, i) => {
    let peak = 0
    for (const sample of samples.subarray(i * moment, (i + 1) * moment)) peak = Math.max(peak, Math.abs(sample))
    return peak
  })
  const threshold = silenceShare * peaks.reduce((most, peak) => Math.max(most, peak), 0)
  const first = peaks.findIndex((peak) => peak > threshold)
  if (first < 0) return { samples, from: 0 }
  const last = peaks.findLastIndex((peak) => peak > threshold)
  const wanted = Math.round(room * rate)
  const begin = first * moment - wanted
  const end = (last + 1) * moment + wanted
  const kept = samples.subarray(Math.max(0, begin), Math.min(samples.length, end))
  const missing = [Math.max(0, -begin), Math.max(0, end - samples.length)].map((count) => count / rate)
  if (missing.every((seconds) => seconds === 0)) return { samples: kept, from: begin / rate }
  return { samples: joinRecordings([kept], missing, rate, new HostRandom(samples.length)), from: begin / rate }
}
