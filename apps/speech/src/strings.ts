// Connected digits: recordings of one speaker, one after the other, with pauses between them. Which samples belong to which
// digit is thrown away: the network learns from the digits alone.
import type { HostRandom } from '@deep-recipe/core-tensor'
import { joinSamples, measureLoudness, type SpokenDigit } from '@deep-recipe/datasets/sound'

/** A sound, and the digits that are spoken in it. */
export interface Utterance {
  readonly samples: Float32Array
  readonly digits: readonly number[]
  readonly speaker: string
}

/** Recordings by speaker. */
export type Recordings = ReadonlyMap<string, readonly SpokenDigit[]>

/** Groups recordings, which all have the network's rate, by speaker. */
export function groupBySpeaker(recordings: readonly SpokenDigit[]): Recordings {
  const groups = new Map<string, SpokenDigit[]>()
  for (const one of recordings) {
    const group = groups.get(one.speaker)
    if (group) group.push(one)
    else groups.set(one.speaker, [one])
  }
  return groups
}

/** The longest string, digits. */
export const longestString = 7

/** Seconds of silence between digits, and before and after all of them. */
export interface Pauses {
  readonly between: readonly [least: number, most: number]
  readonly around: readonly [least: number, most: number]
}

/** The pauses of strings that are measured. */
export const testPauses: Pauses = { between: [0.05, 0.4], around: [0.05, 0.2] }

/** Draws the lengths of pauses, seconds: before each of `count` digits, and after the last. */
export function drawPauses(count: number, pauses: Pauses, random: HostRandom): number[] {
  return Array.from({ length: count + 1 }, (_, i) => {
    const [least, most] = i === 0 || i === count ? pauses.around : pauses.between
    return least + (most - least) * random.uniform()
  })
}

/**
 * Joins recordings with pauses, which hold the faint noise of a room, 50 to 70 dB below the recordings.
 *
 * @param pauses seconds before each recording, and after the last.
 * @param random draws the noise.
 */
export function joinRecordings(
  recordings: readonly Float32Array[],
  pauses: readonly number[],
  rate: number,
  random: HostRandom,
): Float32Array {
  const loudness = recordings.reduce((most, samples) => Math.max(most, measureLoudness(samples)), 1e-4)
  const noise = 2 * loudness * 10 ** -(2.5 + random.uniform())
  const pieces = pauses.flatMap((seconds, i) => {
    const pause = new Float32Array(Math.round(rate * seconds))
    // Sixteen bits at a time: enough for noise, and twice as many from one draw.
    for (let k = 0; k < pause.length; k += 2) {
      const bits = random.bits()
      pause[k] = noise * ((bits & 0xffff) / 0x10000 - 0.5)
      if (k + 1 < pause.length) pause[k + 1] = noise * ((bits >>> 16) / 0x10000 - 0.5)
    }
    return [pause, recordings[i] ?? new Float32Array(0)]
  })
  return joinSamples(pieces)
}

/**
 * Strings to measure with: the recordings of each speaker are dealt out in random order into strings of 1 to 7 digits, again and
 * again until there are enough, so that each recording counts about as often as any other.
 */
export function dealStrings(recordings: Recordings, count: number, rate: number, random: HostRandom): Utterance[] {
  const speakers = [...recordings.keys()]
  const decks = new Map<string, SpokenDigit[]>()
  const draw = (speaker: string): SpokenDigit => {
    const all = recordings.get(speaker) as readonly SpokenDigit[]
    const deck = decks.get(speaker) ?? []
    if (deck.length === 0) deck.push(...[...random.permutation(all.length)].map((i) => all[i] as SpokenDigit))
    decks.set(speaker, deck)
    return deck.pop() as SpokenDigit
  }
  return Array.from({ length: count }, (_, i) => {
    const speaker = speakers[i % speakers.length] as string
    const spoken = Array.from({ length: 1 + random.integer(longestString) }, () => draw(speaker))
    const pauses = drawPauses(spoken.length, testPauses, random)
    return {
      samples: joinRecordings(
        spoken.map(({ sound }) => sound.samples),
        pauses,
        rate,
        random,
      ),
      digits: spoken.map(({ digit }) => digit),
      speaker,
    }
  })
}

/** Each recording by itself, as it is. */
export function singleDigits(recordings: Recordings): Utterance[] {
  return [...recordings.values()].flat().map(({ digit, speaker, sound }) => {
    return { samples: sound.samples, digits: [digit], speaker }
  })
}
