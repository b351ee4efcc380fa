// A voice: what differs between speakers, drawn at random, and between two takes of one speaker.
import type { HostRandom } from '@deep-recipe/core-tensor'

/** How somebody speaks. */
export interface Voice {
  /** Mean frequency of the vocal folds, Hz: men about 85 to 150, women 160 to 250. */
  readonly pitch: number
  /** Formants compared with those of a man: a shorter vocal tract has higher ones. */
  readonly tract: number
  /** How fast, compared with unhurried speech. */
  readonly rate: number
  /** Breath that passes the folds beside the voice, 0 to 0.3. */
  readonly breath: number
  /** How strong the noises of consonants are, as a factor. */
  readonly hiss: number
  /** How soft the voice is: the share that a one-pole filter keeps of the sample before, 0 to 0.9. */
  readonly softness: number
  /** By what factor the pitch falls from the beginning of a word to its end. */
  readonly fall: number
  /** Deviations of each formant from its usual place, as factors, by phoneme: an accent. */
  readonly accent: number
}

/** Draws a voice. Half of them are men's. */
export function drawVoice(random: HostRandom): Voice {
  const between = (least: number, most: number): number => least + (most - least) * random.uniform()
  const isMan = random.uniform() < 0.5
  return {
    pitch: isMan ? between(85, 150) : between(160, 250),
    tract: isMan ? between(0.92, 1.06) : between(1.08, 1.22),
    rate: between(0.8, 1.25),
    breath: between(0.01, 0.12),
    hiss: between(0.4, 1.8),
    softness: between(0.1, 0.6),
    fall: between(0.7, 1.02),
    accent: between(0.02, 0.06),
  }
}

/** The same voice once more: nobody says a word twice in the same way. */
export function varyVoice(voice: Voice, random: HostRandom): Voice {
  const near = (value: number, share: number): number => value * (1 + share * (2 * random.uniform() - 1))
  return {
    ...voice,
    pitch: near(voice.pitch, 0.1),
    tract: near(voice.tract, 0.015),
    rate: near(voice.rate, 0.15),
    breath: near(voice.breath, 0.3),
    fall: near(voice.fall, 0.08),
  }
}
