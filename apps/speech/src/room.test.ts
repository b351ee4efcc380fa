// Room around utterances: as much as the network expects, whatever came.
import { HostRandom } from '@deep-recipe/core-tensor'
import { joinSamples } from '@deep-recipe/datasets/sound'
import { expect, test } from 'vitest'
import { rate } from './hearing.ts'
import { roomSeconds, settleRoom } from './room.ts'

const random = new HostRandom(1)
const word = Float32Array.from({ length: 3200 }, () => 0.2 * random.normal())
const silence = (seconds: number): Float32Array => new Float32Array(Math.round(seconds * rate))

test.each([0, 0.04, 0.1, 0.5])('%d s of silence on both sides become a tenth of a second', (seconds) => {
  const { samples, from } = settleRoom(joinSamples([silence(seconds), word, silence(seconds)]))
  expect(samples.length / rate).toBeCloseTo(0.4 + 2 * roomSeconds, 2)
  expect(from).toBeCloseTo(seconds - roomSeconds, 2)
  // The word stands in it unchanged.
  const begin = Math.round((seconds - from) * rate)
  expect(samples.subarray(begin, begin + word.length)).toEqual(word)
})

test('what was missing is faint noise, not digital silence', () => {
  const { samples } = settleRoom(word)
  const room = samples.subarray(0, roomSeconds * rate)
  expect(room.some((sample) => sample !== 0)).toBe(true)
  expect(Math.max(...room.map(Math.abs))).toBeLessThan(0.01)
})

test('pauses inside stay; silence alone and nothing stay as they are', () => {
  const { samples } = settleRoom(joinSamples([word, silence(0.7), word]))
  expect(samples.length / rate).toBeCloseTo(0.8 + 0.7 + 2 * roomSeconds, 2)
  expect(settleRoom(silence(1)).samples.length).toBe(rate)
  expect(settleRoom(new Float32Array(0)).samples.length).toBe(0)
})
