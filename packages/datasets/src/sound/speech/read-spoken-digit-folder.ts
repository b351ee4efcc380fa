// Reads a folder of recordings in the layout of the free spoken digit dataset: `DIGIT_SPEAKER_INDEX.wav`.
import { loadBuiltin } from '../../arrays/builtin-module.ts'
import { listFolder } from '../../arrays/list-folder.ts'
import { FolderError } from '../../errors.ts'
import { SoundError } from '../errors.ts'
import { mixToMono } from '../sound.ts'
import { readWavFile } from '../wav/read-wav.ts'
import type { SpokenDigit } from './generate-spoken-digits.ts'

const fileName = /^(\d)_(.+)_(\d+)\.wav$/i

/**
 * Reads all recordings of a folder; files with other names are passed over. Several channels are mixed to one.
 *
 * @param progress is told how many of how many files are read.
 * @returns by speaker, index and digit.
 * @throws FolderError for a folder that is missing or holds no such file; SoundError for a file that is damaged or empty
 */
export async function readSpokenDigitFolder(
  folder: string,
  progress?: (done: number, total: number) => void,
): Promise<SpokenDigit[]> {
  const { join } = loadBuiltin('node:path', `readSpokenDigitFolder('${folder}')`)
  const expected = 'a folder with recordings DIGIT_SPEAKER_INDEX.wav, such as 7_jackson_32.wav'
  const names = await listFolder(folder, { what: folder, expected, remedy: 'Check the path.' })
  const takes = names.flatMap((name) => {
    const [, digit, speaker, take] = fileName.exec(name) ?? []
    return speaker === undefined ? [] : [{ name, digit: Number(digit), speaker, take: Number(take) }]
  })
  if (takes.length === 0) {
    throw new FolderError({
      what: folder,
      expected,
      received: names.length === 0 ? 'an empty folder' : `${names.length} files, such as ${names[0]}`,
      remedy: 'Give the folder `recordings` of the data set.',
    })
  }
  takes.sort((a, b) => compare(a.speaker, b.speaker) || a.take - b.take || a.digit - b.digit || compare(a.name, b.name))
  const digits: SpokenDigit[] = []
  for (const { name, digit, speaker, take } of takes) {
    const path = join(folder, name)
    const { rate, channels } = await readWavFile(path)
    const samples = mixToMono(channels)
    if (samples.length === 0) {
      const remedy = 'Remove or replace the file.'
      throw new SoundError({ what: path, expected: 'a recording', received: 'no samples', remedy })
    }
    digits.push({ digit, speaker, take, sound: { rate, samples } })
    progress?.(digits.length, takes.length)
  }
  return digits
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
