// Speech with sounds that are broken, strange or endless, and with folders that will not do.
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { encodeWav } from '@deep-recipe/datasets/sound'
import { beforeAll, expect, test } from 'vitest'
import { type Ending, lastLine, makeFolder, runApp } from './run-app.ts'
import { smallTraining, speakWord, writeVoices } from './small-voices.ts'

const folder = makeFolder('speech-bad-input')
writeVoices(join(folder, 'voices'), 3)
const speech = (...words: string[]): Promise<Ending> => runApp(folder, 'speech', ...words)

const word = speakWord()
const whole = encodeWav({ rate: 8000, channels: [word] })

function write(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes)
  return name
}

/** The word with another format in its header. */
function withFormat(format: number): Uint8Array {
  const bytes = whole.slice()
  new DataView(bytes.buffer).setUint16(20, format, true)
  return bytes
}

/** A complaint is one sentence, without a stack, and the exit code says whose mistake it was. */
function expectComplaint({ code, err }: Ending, wanted: number, pattern: RegExp): void {
  expect({ code, err }).toEqual({ code: wanted, err })
  expect(err).toMatch(pattern)
  expect(err).not.toMatch(/^\s+at /m)
}

let trained: Ending
beforeAll(async () => {
  const words = ['--model', 'bilstm', '--leave-out', 'voice-2', '--epochs', '1', '--out', 'run']
  trained = await speech('train', '--data', 'voices', ...smallTraining, ...words)
})

test('train: the other network, with a speaker left out', () => {
  const { code, err } = trained
  expect({ code, err }).toEqual({ code: 0, err })
  expect(err).toContain('Speakers: voice-1; tested on voice-2')
  expect(err).toContain('tested on all 30 of voice-2, who is not trained on')
})

/** A file of an hour, which is a hole but for the word in its last second. */
function writeHour(): string {
  const bytes = 2 * 8000 * 3600
  const header = encodeWav({ rate: 8000, channels: [new Float32Array(0)] })
  const view = new DataView(header.buffer)
  view.setUint32(4, 36 + bytes, true)
  view.setUint32(40, bytes, true)
  const file = openSync(join(folder, 'hour.wav'), 'w')
  writeSync(file, header)
  ftruncateSync(file, 44 + bytes)
  writeSync(file, whole.subarray(44), 0, undefined, 44 + bytes - 2 * 8000)
  closeSync(file)
  return 'hour.wav'
}

test('transcribe: what cannot be read is named, and does not keep the rest from being written down', async () => {
  const square = Float32Array.from({ length: 8000 }, (_, i) => (i % 40 < 20 ? 1 : -1))
  const unreadable = [
    write('adpcm.wav', withFormat(2)),
    write('mp3.wav', withFormat(0x55)),
    write('short.wav', whole.subarray(0, 36)),
    write('text.wav', Buffer.from('hello')),
    'absent.wav',
    'voices',
  ]
  const strange = [
    write('cut.wav', whole.subarray(0, 44 + word.length)),
    write('header.wav', encodeWav({ rate: 8000, channels: [new Float32Array(0)] })),
    write('one.wav', encodeWav({ rate: 8000, channels: [Float32Array.of(0.5)] })),
    write('silent.wav', encodeWav({ rate: 44_100, channels: [new Float32Array(44_100), new Float32Array(44_100)] })),
    write('clipped.wav', encodeWav({ rate: 8000, channels: [square] })),
    writeHour(),
  ]
  const ending = await speech('transcribe', ...unreadable, ...strange, '--out', 'run', '--json')
  for (const pattern of [
    /adpcm\.wav: .*Microsoft ADPCM.*ffmpeg/,
    /mp3\.wav: .*MP3/,
    /short\.wav: expected samples/,
    /text\.wav: expected a WAV file/,
    /absent\.wav: expected a file that can be read/,
    /voices: expected a file that can be read/,
    /cut\.wav: cut off after .* s; its header promises/,
    /header\.wav: no samples/,
    /silent\.wav: silence/,
    /Error: transcribe: expected 12 sounds that can be read, received 6 that cannot/,
  ]) {
    expectComplaint(ending, 1, pattern)
  }
  const { transcripts } = JSON.parse(lastLine(ending.out))
  expect(transcripts.map(({ name }: { name: string }) => name)).toEqual(strange)
  expect(transcripts[3]).toMatchObject({ digits: '', seconds: 1 })
  const { seconds, tokens } = transcripts[5]
  expect(seconds).toBe(3600)
  for (const { from } of tokens) expect(from).toBeGreaterThan(3590)
  expect(readFileSync(join(folder, 'run', 'transcripts.html'), 'utf8')).toContain('clipped.wav')
})

test('train: a folder without recordings', async () => {
  mkdirSync(join(folder, 'empty'))
  const pattern = /expected a folder with recordings DIGIT_SPEAKER_INDEX\.wav/
  expectComplaint(await speech('train', '--data', 'empty'), 1, pattern)
})
