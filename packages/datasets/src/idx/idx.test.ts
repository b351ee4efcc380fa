// The IDX reader against bytes written out by hand, against damaged files of every kind, and round trips.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import ndarray from 'ndarray'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IdxError } from '../errors.ts'
import { readIdx, readIdxFile } from './read-idx.ts'
import { writeIdx } from './write-idx.ts'

/** 00 00 type rank, then big-endian dimensions, then the given element bytes. */
function idxBytes(type: number, shape: readonly number[], elements: readonly number[]): Uint8Array {
  const dimensions = shape.flatMap((extent) => [
    extent >>> 24,
    (extent >>> 16) & 255,
    (extent >>> 8) & 255,
    extent & 255,
  ])
  return Uint8Array.from([0, 0, type, shape.length, ...dimensions, ...elements])
}

function failure(action: () => unknown): IdxError {
  try {
    action()
  } catch (error) {
    if (error instanceof IdxError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('readIdx', () => {
  // Element bytes from the IEEE 754 and two's complement definitions.
  it.each([
    ['unsigned byte', 0x08, [0, 255], [0, 255], Uint8Array],
    ['signed byte', 0x09, [0x80, 0x7f], [-128, 127], Int8Array],
    ['short', 0x0b, [0x12, 0x34, 0xff, 0xfe], [0x1234, -2], Int16Array],
    ['int', 0x0c, [0x12, 0x34, 0x56, 0x78, 0xff, 0xff, 0xff, 0xff], [0x12345678, -1], Int32Array],
    ['float', 0x0d, [0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0], [1, -2.5], Float32Array],
    ['double', 0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], [1.5, -2], Float64Array],
  ])('reads elements of type %s', (_, type, bytes, values, storage) => {
    const array = readIdx(idxBytes(type, [2], bytes))
    expect(array.data).toBeInstanceOf(storage)
    expect([...array.data]).toEqual(values)
    expect(array.shape).toEqual([2])
  })

  it('reads any rank, also from the middle of a larger buffer', () => {
    const bytes = idxBytes(0x08, [2, 1, 3], [1, 2, 3, 4, 5, 6])
    const padded = new Uint8Array(bytes.length + 7)
    padded.set(bytes, 3)
    const array = readIdx(padded.subarray(3, 3 + bytes.length))
    expect(array.shape).toEqual([2, 1, 3])
    expect(array.get(1, 0, 2)).toBe(6)

    expect(readIdx(idxBytes(0x08, [], [9])).get()).toBe(9)
    expect(readIdx(idxBytes(0x08, [0, 28, 28], [])).size).toBe(0)
  })

  it('shares no memory with its input', () => {
    const bytes = idxBytes(0x08, [1], [7])
    const array = readIdx(bytes)
    bytes.fill(0)
    expect(array.get(0)).toBe(7)
  })

  it('recognises gzip by its content', () => {
    const bytes = idxBytes(0x08, [3], [1, 2, 3])
    expect([...readIdx(gzipSync(bytes)).data]).toEqual([1, 2, 3])
  })

  it('finds the header behind a long file name in the gzip header', () => {
    const plain = gzipSync(idxBytes(0x08, [3], [1, 2, 3]))
    // RFC 1952: flag bit 3 (FNAME), then a zero-terminated name after the ten fixed bytes.
    const name = new Uint8Array(5000).fill(97)
    const named = Uint8Array.from([
      ...plain.subarray(0, 3),
      8,
      ...plain.subarray(4, 10),
      ...name,
      0,
      ...plain.subarray(10),
    ])
    expect([...readIdx(named).data]).toEqual([1, 2, 3])
  })

  it('round-trips every element type and rank, plain and gzip, from strided views too', () => {
    const storages = [Uint8Array, Int8Array, Int16Array, Int32Array, Float32Array, Float64Array] as const
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 }),
        fc.integer({ min: 0, max: storages.length - 1 }),
        fc.boolean(),
        fc.infiniteStream(fc.integer({ min: 0, max: 100 })),
        (shape, kind, compressed, numbers) => {
          const size = shape.reduce((product, extent) => product * extent, 1)
          const data = new (storages[kind] as (typeof storages)[number])(size)
          for (let index = 0; index < size; index++) data[index] = numbers.next().value as number
          const reversedAxes = shape.map((_, axis) => axis).reverse()
          const view = ndarray(data, shape).transpose(...reversedAxes)
          const bytes = writeIdx(view)
          const read = readIdx(compressed ? gzipSync(bytes) : bytes)
          expect(read.shape).toEqual([...shape].reverse())
          expect(read.data.constructor).toBe(data.constructor)
          const untransposed = read.transpose(...reversedAxes)
          for (let index = 0; index < size; index++) {
            const position: number[] = []
            let rest = index
            for (const extent of [...shape].reverse()) {
              position.unshift(rest % extent)
              rest = Math.floor(rest / extent)
            }
            expect(untransposed.get(...position)).toBe(data[index])
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('readIdx refuses', () => {
  it.each([
    ['an empty file', new Uint8Array(0), /an empty file/],
    ['text', new TextEncoder().encode('<html>'), /begins with 3c 68 74 6d/],
    ['an unknown element type', idxBytes(0x0a, [1], [0]), /begins with 00 00 0a 01/],
    ['a header cut off', idxBytes(0x08, [2, 2], []).subarray(0, 10), /header of 12 bytes.*received 10 bytes/],
    ['data cut off', idxBytes(0x0c, [2], [0, 0, 0, 1, 0]), /expected 16 bytes.*received 13 bytes.*cut off/],
    ['trailing bytes', idxBytes(0x08, [2], [1, 2, 3]), /expected 10 bytes.*received 11 bytes.*appended/],
  ])('%s', (_, bytes, message) => {
    expect(failure(() => readIdx(bytes, { source: 'some-file' })).message).toMatch(message)
    expect(failure(() => readIdx(bytes, { source: 'some-file' })).message).toMatch(/^some-file: /)
  })

  it('a header that promises gigabytes, without allocating them', () => {
    const lying = idxBytes(0x08, [0xffffffff, 0xffffffff, 0xffffffff], [0, 0, 0])
    const before = process.memoryUsage().arrayBuffers
    expect(failure(() => readIdx(lying)).message).toMatch(/at most 1073741824 bytes.*4294967295 × 4294967295/)
    expect(failure(() => readIdx(gzipSync(lying))).message).toMatch(/at most 1073741824 bytes/)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24)
    // 255 dimensions of 2^32 - 1: the product is infinite.
    expect(failure(() => readIdx(idxBytes(0x0e, new Array(255).fill(0xffffffff), []))).message).toMatch(/at most/)
  })

  it('more elements than maximumBytes', () => {
    const bytes = idxBytes(0x0c, [2], [0, 0, 0, 1, 0, 0, 0, 2])
    expect(readIdx(bytes, { maximumBytes: 8 }).size).toBe(2)
    expect(failure(() => readIdx(bytes, { maximumBytes: 7 })).message).toMatch(/at most 7 bytes/)
  })

  it('gzip that inflates to more than its header promises, without inflating it', () => {
    const bomb = new Uint8Array(64 * 2 ** 20)
    bomb.set(idxBytes(0x08, [10], []))
    const compressed = gzipSync(bomb)
    const before = process.memoryUsage().arrayBuffers
    expect(failure(() => readIdx(compressed)).message).toMatch(/18 bytes after decompression.*more than that/)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 23)
  })

  it('gzip too short for what its header promises', () => {
    const compressed = gzipSync(idxBytes(0x08, [2 ** 29], [1, 2, 3]))
    expect(failure(() => readIdx(compressed)).message).toMatch(/compressed bytes, which cannot hold that many/)
    const short = gzipSync(idxBytes(0x08, [1000], [1, 2, 3]))
    expect(failure(() => readIdx(short)).message).toMatch(/expected 1008 bytes.*received 11 bytes/)
  })

  it('gzip cut off at any byte, or with any byte flipped', () => {
    const elements = Array.from({ length: 300 }, (_, index) => (index * index) % 251)
    const compressed = gzipSync(idxBytes(0x08, [300], elements))
    for (let length = 2; length < compressed.length; length++) {
      expect(() => readIdx(compressed.subarray(0, length))).toThrow(IdxError)
    }
    // The ten bytes before the deflate stream hold flags and times that gzip does not protect.
    for (let at = 10; at < compressed.length; at++) {
      const damaged = Uint8Array.from(compressed)
      damaged[at] = (damaged[at] as number) ^ 0x10
      expect(() => readIdx(damaged)).toThrow(IdxError)
    }
    expect(failure(() => readIdx(compressed.subarray(0, 100))).message).toMatch(/cut-off/)
  })
})

describe('readIdxFile', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'idx-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('reads a file and names it in errors', async () => {
    const path = join(folder, 'numbers')
    await writeFile(path, writeIdx(ndarray(Float32Array.of(1, 2), [2])))
    expect([...(await readIdxFile(path)).data]).toEqual([1, 2])
    await writeFile(path, 'no')
    await expect(readIdxFile(path)).rejects.toThrow(`${path}: expected an IDX file`)
    const missing = join(folder, 'missing')
    await expect(readIdxFile(missing)).rejects.toThrow(IdxError)
    await expect(readIdxFile(missing)).rejects.toThrow(`${missing}: expected a readable IDX file`)
  })
})

describe('writeIdx', () => {
  it('writes the bytes of the format', () => {
    expect([...writeIdx(ndarray(Int16Array.of(0x1234, -2), [2, 1]))]).toEqual([
      0, 0, 0x0b, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0x12, 0x34, 0xff, 0xfe,
    ])
    expect(writeIdx(ndarray(new Uint8ClampedArray(1), [1]))[2]).toBe(0x08)
  })

  it('refuses what the format does not have', () => {
    expect(failure(() => writeIdx(ndarray(new Uint32Array(1), [1]))).message).toMatch(/received Uint32Array/)
  })
})
