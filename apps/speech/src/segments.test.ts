// Cutting long sounds: nothing is lost, pieces are short enough, and the cuts lie in pauses.
import { HostRandom } from '@deep-recipe/core-tensor'
import { joinSamples } from '@deep-recipe/datasets/sound'
import { describe, expect, test } from 'vitest'
import { rate } from './hearing.ts'
import { cutSegments, type Segment } from './segments.ts'

async function* inBlocks(samples: Float32Array, size: number): AsyncGenerator<Float32Array> {
  for (let at = 0; at < samples.length; at += size) yield samples.subarray(at, at + size)
}

async function collect(blocks: AsyncIterable<Float32Array>): Promise<Segment[]> {
  const segments: Segment[] = []
  for await (const segment of cutSegments(blocks)) segments.push(segment)
  return segments
}

describe('cutSegments', () => {
  const random = new HostRandom(1)
  // A loud second, a pause of 0.3 s, again and again for half a minute.
  const speech = Float32Array.from({ length: 30 * rate }, (_, i) => ((i / rate) % 1.3 < 1 ? random.normal() : 0))

  test('all samples, in order, in pieces of at most nine seconds, from any blocks', async () => {
    for (const size of [1000, 65_536, 1_000_000]) {
      const segments = await collect(inBlocks(speech, size))
      const joined = joinSamples(segments.map(({ samples }) => samples))
      expect(joined.length === speech.length && joined.every((sample, i) => sample === speech[i])).toBe(true)
      let position = 0
      for (const { samples, from } of segments) {
        expect(from).toBeCloseTo(position / rate, 9)
        expect(samples.length).toBeLessThanOrEqual(9 * rate)
        position += samples.length
      }
    }
  })

  test('cuts lie in pauses', async () => {
    const segments = await collect(inBlocks(speech, 5000))
    expect(segments.length).toBeGreaterThan(2)
    for (const { from } of segments.slice(1)) expect(from % 1.3).toBeGreaterThan(1)
  })

  test('short sounds are one piece; nothing is none', async () => {
    expect((await collect(inBlocks(speech.subarray(0, rate), 100))).length).toBe(1)
    expect((await collect(inBlocks(Float32Array.of(1), 1))).map(({ samples }) => samples.length)).toEqual([1])
    expect(await collect(inBlocks(new Float32Array(0), 1))).toEqual([])
  })

  test('an hour holds a segment and a block at a time', async () => {
    const second = new Float32Array(rate).fill(0.1)
    let given = 0
    async function* hour(): AsyncGenerator<Float32Array> {
      for (; given < 3600; given++) yield second
    }
    let total = 0
    for await (const { samples } of cutSegments(hour())) {
      total += samples.length / rate
      expect(given - total).toBeLessThanOrEqual(11)
    }
    expect(total).toBeCloseTo(3600, 6)
  })
})
