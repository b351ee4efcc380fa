// Strings of recordings: whole, in order, of one speaker, with pauses between them.
import { HostRandom } from '@deep-recipe/core-tensor'
import { measureLoudness } from '@deep-recipe/datasets/sound'
import { describe, expect, test } from 'vitest'
import { makeRecordings } from './fixtures/recordings.ts'
import { rate } from './hearing.ts'
import { dealStrings, drawPauses, groupBySpeaker, joinRecordings, singleDigits, testPauses } from './strings.ts'

const recordings = groupBySpeaker(makeRecordings(['ann', 'bob'], 3))

/** Where `part` begins in `whole`, or −1. */
function find(whole: Float32Array, part: Float32Array, from: number): number {
  for (let at = from; at + part.length <= whole.length; at++) {
    let same = 0
    while (same < part.length && whole[at + same] === part[same]) same++
    if (same === part.length) return at
  }
  return -1
}

describe('dealStrings', () => {
  const strings = dealStrings(recordings, 60, rate, new HostRandom(1))

  test('1 to 7 digits of one speaker, each recording about as often as any other', () => {
    expect(new Set(strings.map(({ digits }) => digits.length))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]))
    const counts = new Map<string, number>()
    for (const { digits, speaker } of strings) {
      for (const digit of digits) counts.set(`${speaker} ${digit}`, (counts.get(`${speaker} ${digit}`) ?? 0) + 1)
    }
    for (const speaker of recordings.keys()) {
      const own = [...counts].filter(([name]) => name.startsWith(speaker)).map(([, count]) => count)
      expect(own.length).toBe(10)
      // Three takes of each digit in a deck: the counts differ by a deck at most.
      expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(3)
    }
  })

  test('the recordings stand in them unchanged, in the order of the digits, with pauses between', () => {
    for (const { samples, digits, speaker } of strings.slice(0, 12)) {
      let end = 0
      for (const digit of digits) {
        const takes = (recordings.get(speaker) ?? []).filter((one) => one.digit === digit)
        const found = takes
          .map(({ sound }) => ({ at: find(samples, sound.samples, end), length: sound.samples.length }))
          .filter(({ at }) => at >= 0)
          .sort((a, b) => a.at - b.at)[0]
        const pause = ((found?.at ?? -1) - end) / rate
        expect(pause).toBeGreaterThan(0.04)
        expect(pause).toBeLessThan(0.41)
        end = (found?.at ?? 0) + (found?.length ?? 0)
      }
      expect((samples.length - end) / rate).toBeLessThanOrEqual(testPauses.around[1] + 0.001)
    }
  })

  test('the seed decides', () => {
    expect(dealStrings(recordings, 5, rate, new HostRandom(1))).toEqual(strings.slice(0, 5))
    expect(dealStrings(recordings, 5, rate, new HostRandom(2))).not.toEqual(strings.slice(0, 5))
  })
})

test('pauses are faint, and never digital silence', () => {
  const [first] = recordings.get('ann') ?? []
  const samples = first?.sound.samples ?? new Float32Array(0)
  const joined = joinRecordings([samples], [0.5, 0.5], rate, new HostRandom(3))
  const pause = measureLoudness(joined.subarray(0, rate / 2))
  expect(20 * Math.log10(pause / measureLoudness(samples))).toBeLessThan(-45)
  expect(20 * Math.log10(pause / measureLoudness(samples))).toBeGreaterThan(-80)
})

test('one pause more than there are digits', () => {
  const pauses = drawPauses(3, { between: [1, 2], around: [5, 6] }, new HostRandom(4))
  expect(pauses.map(Math.floor)).toEqual([5, 1, 1, 5])
  expect(drawPauses(0, { between: [1, 2], around: [5, 6] }, new HostRandom(4)).length).toBe(1)
})

test('singleDigits: every recording as it is', () => {
  const singles = singleDigits(recordings)
  expect(singles.length).toBe(60)
  expect(singles[13]).toMatchObject({ digits: [3], speaker: 'ann' })
})
