// A string of spoken digits: takes of one voice, one after the other, with pauses.
import type { HostRandom } from '@deep-recipe/core-tensor'
import { joinSamples, type SpokenDigit } from '@deep-recipe/datasets/sound'
import { RATE } from './features.ts'

/** The samples, at RATE. */
export function speakString(takes: readonly SpokenDigit[], random: HostRandom): Float32Array {
  const pause = (): Float32Array =>
    Float32Array.from({ length: Math.round(RATE * (0.04 + 0.16 * random.uniform())) }, () => 0.001 * random.normal())
  return joinSamples([pause(), ...takes.flatMap(({ sound }) => [sound.samples, pause()])])
}
