// Which recording is for what: never for two things at once.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeWav, type SpokenDigit } from '@deep-recipe/datasets/sound'
import { afterAll, describe, expect, test } from 'vitest'
import { loadSpeechData, type SpeechData } from './data.ts'
import { makeRecordings } from './fixtures/recordings.ts'
import type { Recordings } from './strings.ts'

const root = mkdtempSync(join(tmpdir(), 'speech-data-'))
afterAll(() => rmSync(root, { recursive: true }))

function write(name: string, recordings: readonly SpokenDigit[], rate = 8000): string {
  const folder = join(root, name)
  mkdirSync(folder, { recursive: true })
  for (const { digit, speaker, take, sound } of recordings) {
    writeFileSync(join(folder, `${digit}_${speaker}_${take}.wav`), encodeWav({ rate, channels: [sound.samples] }))
  }
  return folder
}

const load = (folder: string | undefined, more: { testFolder?: string; leaveOut?: string } = {}): Promise<SpeechData> =>
  loadSpeechData({ folder, testFolder: more.testFolder, leaveOut: more.leaveOut })

const takesOf = (recordings: Recordings): number[] =>
  [...new Set([...recordings.values()].flat().map(({ take }) => take))].sort((a, b) => a - b)

/** All recordings of a part, as text that no two share. */
const contents = (recordings: Recordings): string[] =>
  [...recordings.values()].flat().map(({ speaker, digit, take }) => `${speaker} ${digit} ${take}`)

function expectDisjoint({ train, validation, test: tested }: SpeechData): void {
  const all = [train, validation, tested].flatMap(contents)
  expect(new Set(all).size).toBe(all.length)
}

describe('loadSpeechData', () => {
  test('takes 0 to 4 are tested on where there are more: the rule of the data set', async () => {
    const data = await load(write('whole', makeRecordings(['ann', 'bob'], 9, 0.02)))
    expect(takesOf(data.test)).toEqual([0, 1, 2, 3, 4])
    expectDisjoint(data)
    expect(contents(data.train).length + contents(data.validation).length).toBe(2 * 4 * 10)
    expect(contents(data.validation).length).toBeGreaterThan(0)
  })

  test('a folder NAME-test beside NAME, or the one that is named', async () => {
    const takes = makeRecordings(['ann'], 8, 0.02)
    const folder = write(
      'parts',
      takes.filter(({ take }) => take >= 4),
    )
    write(
      'parts-test',
      takes.filter(({ take }) => take < 3),
    )
    write(
      'other',
      takes.filter(({ take }) => take === 3),
    )
    const data = await load(folder)
    expect(takesOf(data.test)).toEqual([0, 1, 2])
    expect(data.source).toContain('parts-test')
    expectDisjoint(data)
    expect(takesOf((await load(folder, { testFolder: join(root, 'other') })).test)).toEqual([3])
  })

  test('a speaker who is left out is tested on with all takes, and heard nowhere else', async () => {
    const data = await load(write('three', makeRecordings(['ann', 'bob', 'cleo'], 6, 0.02)), { leaveOut: 'bob' })
    expect([...data.test.keys()]).toEqual(['bob'])
    expect(contents(data.test).length).toBe(60)
    expect([...data.train.keys(), ...data.validation.keys()]).not.toContain('bob')
    await expect(load(join(root, 'three'), { leaveOut: 'dan' })).rejects.toThrow(
      /--leave-out: expected one of several speakers: ann, bob, cleo, received dan/,
    )
  })

  test('other rates are resampled', async () => {
    const data = await load(write('fast', makeRecordings(['ann'], 3, 0.1), 16_000))
    const [first] = [...data.train.values()].flat()
    expect(first?.sound.rate).toBe(8000)
    expect(first?.sound.samples.length).toBeCloseTo(400, -1)
  })

  test('too few recordings are told', async () => {
    await expect(load(write('few', makeRecordings(['ann'], 1, 0.02)))).rejects.toThrow(
      /at least three takes of each digit/,
    )
  })

  test('synthesized voices: tested on takes of their own', async () => {
    const data = await load(undefined)
    expectDisjoint(data)
    expect([...data.test.keys()]).toEqual([...data.train.keys()])
    const without = await load(undefined, { leaveOut: 'voice-3' })
    expect([...without.train.keys()]).not.toContain('voice-3')
    expect([...without.test.keys()]).toEqual(['voice-3'])
  }, 30_000)
})
