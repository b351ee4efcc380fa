// Prefetching: order, depth, errors in their place, and closing what was opened.
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { prefetch } from './prefetch.ts'

async function collect<Item>(source: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of source) items.push(item)
  return items
}

/** Counts 0, 1, 2 … and records how far it got and whether it was closed. */
function counter(
  count: number,
  delay = 0,
): { items: AsyncGenerator<number>; made: () => number; closed: () => boolean } {
  let [made, closed] = [0, false]
  async function* items(): AsyncGenerator<number> {
    try {
      for (let at = 0; at < count; at++) {
        if (delay > 0) await wait(delay)
        made++
        yield at
      }
    } finally {
      closed = true
    }
  }
  return { items: items(), made: () => made, closed: () => closed }
}

describe('prefetch', () => {
  it.each([1, 2, 7, 50])('passes on everything in order at depth %i', async (depth) => {
    const expected = Array.from({ length: 20 }, (_, at) => at)
    expect(await collect(prefetch(counter(20, 1).items, depth))).toEqual(expected)
    expect(await collect(prefetch(expected, depth))).toEqual(expected)
    expect(await collect(prefetch([], depth))).toEqual([])
  })

  it('works ahead by the depth and no further', async () => {
    const source = counter(20)
    const ahead = prefetch(source.items, 3)
    expect(source.made()).toBe(0)
    for (const expected of [0, 1, 2]) {
      expect((await ahead.next()).value).toBe(expected)
      await wait(5)
      expect(source.made()).toBe(expected + 1 + 3)
    }
    await ahead.return()
  })

  it('asks a source for one item at a time', async () => {
    let [running, most] = [0, 0]
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => {
        let at = 0
        return {
          next: async () => {
            most = Math.max(most, ++running)
            await wait(1)
            running--
            return at < 6 ? { done: false, value: at++ } : { done: true, value: undefined }
          },
        }
      },
    }
    expect(await collect(prefetch(source, 4))).toEqual([0, 1, 2, 3, 4, 5])
    expect(most).toBe(1)
  })

  it('hands on an error after the items before it', async () => {
    async function* failing(): AsyncGenerator<number> {
      yield 1
      yield 2
      throw new Error('the disk is gone')
    }
    const seen: number[] = []
    const reading = (async () => {
      for await (const item of prefetch(failing(), 5)) {
        seen.push(item)
        await wait(5)
      }
    })()
    await expect(reading).rejects.toThrow('the disk is gone')
    expect(seen).toEqual([1, 2])
  })

  it('closes the source when the loop is left early', async () => {
    const source = counter(1000, 1)
    for await (const item of prefetch(source.items, 4)) if (item === 2) break
    expect(source.closed()).toBe(true)
    expect(source.made()).toBeLessThan(10)
  })

  it('refuses a depth below 1 at once', () => {
    expect(() => prefetch([1], 0)).toThrow(/depth: expected a whole number of at least 1/)
  })
})
