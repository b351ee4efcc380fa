// Speech with sounds that are broken, strange or endless, and with commands that make no sense; and interrupted half-way.
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { encodeWav, generateSpokenDigits } from '@deep-recipe/datasets/sound'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Ending, lastLine, makeFolder, runApp, startApp } from './run-app.ts'

const folder = makeFolder('speech-bad-input')
const speech = (...words: string[]): Promise<Ending> => runApp(folder, 'speech', ...words)
const tiny = ['--units', '4', '--steps', '2', '--batch-size', '2', '--strings', '4', '--data', 'voices']

const word = generateSpokenDigits({ speakers: 1, takes: 1, seed: 5 })[3]?.sound.samples ?? new Float32Array(0)
const whole = encodeWav({ rate: 8000, channels: [word] })

function write(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes)
  return name
}

/** A complaint is one sentence, without a stack, and the exit code says whose mistake it was. */
function expectComplaint({ code, err }: Ending, wanted: number, pattern: RegExp): void {
  expect({ code, err }).toEqual({ code: wanted, err })
  expect(err).toMatch(pattern)
  expect(err).not.toMatch(/^\s+at /m)
}

beforeAll(async () => {
  mkdirSync(join(folder, 'voices'))
  for (const { digit, speaker, take, sound } of generateSpokenDigits({ speakers: 2, takes: 3, seed: 3 })) {
    write(join('voices', `${digit}_${speaker}_${take}.wav`), encodeWav({ rate: sound.rate, channels: [sound.samples] }))
  }
  const { code, err } = await speech('train', ...tiny, '--epochs', '1', '--out', 'run')
  expect({ code, err }).toEqual({ code: 0, err })
})

describe('transcribe', () => {
  const transcribe = (...words: string[]): Promise<Ending> => speech('transcribe', '--out', 'run', ...words)

  test('files that hold no sound that can be read', async () => {
    const adpcm = whole.slice()
    new DataView(adpcm.buffer).setUint16(20, 2, true)
    const mp3 = whole.slice()
    new DataView(mp3.buffer).setUint16(20, 0x55, true)
    expectComplaint(await transcribe(write('a.wav', adpcm)), 1, /a\.wav: .*Microsoft ADPCM.*ffmpeg/)
    expectComplaint(await transcribe(write('b.wav', mp3)), 1, /b\.wav: .*MP3/)
    expectComplaint(await transcribe(write('c.wav', whole.subarray(0, 36))), 1, /c\.wav: expected samples/)
    expectComplaint(await transcribe(write('d.wav', Buffer.from('hello'))), 1, /d\.wav: expected a WAV file/)
    expectComplaint(await transcribe('absent.wav'), 1, /absent\.wav: expected a file that can be read/)
    expectComplaint(await transcribe('voices'), 1, /voices: expected a file that can be read/)
    expectComplaint(await transcribe('--rate', '0', 'a.wav'), 2, /--rate: expected a whole number from 1000/)
  })

  test('cut off, header-only, one sample, silent, clipped: a sensible answer', async () => {
    const square = Float32Array.from({ length: 8000 }, (_, i) => (i % 40 < 20 ? 1 : -1))
    const files = [
      write('cut.wav', whole.subarray(0, 44 + word.length)),
      write('header.wav', encodeWav({ rate: 8000, channels: [new Float32Array(0)] })),
      write('one.wav', encodeWav({ rate: 8000, channels: [Float32Array.of(0.5)] })),
      write('silent.wav', encodeWav({ rate: 44_100, channels: [new Float32Array(44_100), new Float32Array(44_100)] })),
      write('clipped.wav', encodeWav({ rate: 8000, channels: [square] })),
    ]
    const { code, out, err } = await transcribe(...files, '--json')
    expect({ code, err }).toEqual({ code: 0, err })
    expect(err).toMatch(/cut\.wav: cut off after .* s; its header promises/)
    expect(err).toMatch(/header\.wav: no samples/)
    expect(err).toMatch(/silent\.wav: silence/)
    const { transcripts } = JSON.parse(lastLine(out))
    expect(transcripts.map(({ name }: { name: string }) => name)).toEqual(files)
    expect(transcripts[3]).toMatchObject({ digits: '', seconds: 1 })
  })

  test('an hour: to its end, where the only word is', async () => {
    const path = join(folder, 'hour.wav')
    const bytes = 2 * 8000 * 3600
    const header = encodeWav({ rate: 8000, channels: [new Float32Array(0)] })
    const view = new DataView(header.buffer)
    view.setUint32(4, 36 + bytes, true)
    view.setUint32(40, bytes, true)
    const file = openSync(path, 'w')
    writeSync(file, header)
    // The hour is a hole in the file; the word stands in its last second.
    ftruncateSync(file, 44 + bytes)
    writeSync(file, whole.subarray(44), 0, undefined, 44 + bytes - 2 * 8000)
    closeSync(file)
    const { code, out, err } = await transcribe('hour.wav', '--json')
    expect({ code, err }).toEqual({ code: 0, err })
    const [{ seconds, tokens }] = JSON.parse(lastLine(out)).transcripts
    expect(seconds).toBe(3600)
    for (const { from } of tokens) expect(from).toBeGreaterThan(3590)
  })
})

describe('train', () => {
  test('folders and options that will not do, before anything is written', async () => {
    mkdirSync(join(folder, 'empty'))
    expectComplaint(
      await speech('train', '--data', 'empty'),
      1,
      /expected a folder with recordings DIGIT_SPEAKER_INDEX\.wav/,
    )
    expectComplaint(
      await speech('train', ...tiny, '--leave-out', 'nobody'),
      2,
      /--leave-out: expected one of several speakers/,
    )
    expectComplaint(await speech('train', ...tiny, '--model', 'gru'), 2, /--model: expected conv-lstm, bilstm/)
    expectComplaint(await speech('train', ...tiny, '--test', 'absent'), 1, /absent/)
    mkdirSync(join(folder, 'damaged'))
    for (let take = 0; take < 3; take++) write(join('damaged', `1_ann_${take}.wav`), whole.subarray(0, 500))
    expectComplaint(await speech('train', '--data', 'damaged'), 1, /1_ann_0\.wav: expected .* s of sound/)
  })

  test('Ctrl-C saves; --resume ends as if nothing had happened; another network is refused', async () => {
    const words = ['train', ...tiny, '--epochs', '3', '--json']
    const { seconds: _, ...undisturbed } = JSON.parse(lastLine((await speech(...words, '--out', 'calm')).out))
    const running = startApp(folder, 'speech', [...words, '--out', 'stopped'])
    await running.waitFor('Training: epoch 1/3')
    running.signal('SIGINT')
    const stopped = await running.ending
    expect(stopped.code).toBe(130)
    expect(stopped.err).toContain('pnpm speech train --resume')
    expectComplaint(await speech('train', '--resume', '--out', 'stopped', '--units', '5'), 2, /--units: expected 4/)
    const { seconds: __, ...resumed } = JSON.parse(
      lastLine((await speech('train', '--resume', '--out', 'stopped', '--json')).out),
    )
    expect(resumed).toEqual(undisturbed)
    const epochs = readFileSync(join(folder, 'stopped', 'metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
    expect(epochs.map((line) => JSON.parse(line).epoch)).toEqual([1, 2, 3])
  })
})
