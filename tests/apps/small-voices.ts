// Folders of synthesized digits, and options under which `speech train` is done with them in seconds.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeWav, generateSpokenDigits } from '@deep-recipe/datasets/sound'

/** Writes `takes` recordings of each digit by each of two voices. */
export function writeVoices(folder: string, takes: number): string {
  mkdirSync(folder, { recursive: true })
  for (const { digit, speaker, take, sound } of generateSpokenDigits({ speakers: 2, takes, seed: 3 })) {
    const bytes = encodeWav({ rate: sound.rate, channels: [sound.samples] })
    writeFileSync(join(folder, `${digit}_${speaker}_${take}.wav`), bytes)
  }
  return folder
}

/** One word, samples at 8000 Hz. */
export function speakWord(): Float32Array {
  return generateSpokenDigits({ speakers: 1, takes: 1, seed: 5 })[3]?.sound.samples as Float32Array
}

/** For `speech train`. */
export const smallTraining: readonly string[] = ['--units', '4', '--steps', '2', '--batch-size', '2', '--strings', '2']
