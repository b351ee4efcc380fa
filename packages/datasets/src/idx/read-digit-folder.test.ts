// The digit folder reader on small made-up folders, and on MNIST itself where DEEP_RECIPE_MNIST names its folder.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import ndarray from 'ndarray'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FolderError } from '../errors.ts'
import { readDigitFolder } from './read-digit-folder.ts'
import { writeIdx } from './write-idx.ts'

const images = writeIdx(ndarray(Uint8Array.of(0, 51, 102, 255, 1, 2, 3, 4), [2, 2, 2]))
const labels = writeIdx(ndarray(Uint8Array.of(7, 9), [2]))

describe('readDigitFolder', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'digits-'))
  })
  afterEach(() => rm(folder, { recursive: true }))
  const write = (name: string, bytes: Uint8Array): Promise<void> => writeFile(join(folder, name), bytes)
  const writeAll = async (): Promise<void> => {
    await write('train-images-idx3-ubyte', images)
    await write('train-labels-idx1-ubyte.gz', gzipSync(labels))
    await write('t10k-images.idx3-ubyte', images)
    await write('t10k-labels.idx1-ubyte.gz', gzipSync(labels))
  }

  it('reads all four name variants, pixels to 0..1', async () => {
    await writeAll()
    const { train, test } = await readDigitFolder(folder)
    expect(train.images.shape).toEqual([2, 2, 2])
    expect([...train.images.data]).toEqual([0, 51, 102, 255, 1, 2, 3, 4].map((value) => Math.fround(value / 255)))
    expect(train.images.data).toBeInstanceOf(Float32Array)
    expect(test.labels.data).toEqual(Int32Array.of(7, 9))
  })

  it('names the missing file, what it tried and where', async () => {
    await writeAll()
    await rm(join(folder, 't10k-labels.idx1-ubyte.gz'))
    const error = await readDigitFolder(folder).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(FolderError)
    expect((error as FolderError).message).toContain(`t10k-labels-idx1-ubyte in ${folder}`)
    expect((error as FolderError).expected).toContain('t10k-labels.idx1-ubyte.gz')
    expect((error as FolderError).received).toContain('train-images-idx3-ubyte')
    await expect(readDigitFolder(join(folder, 'absent'))).rejects.toThrow(/absent.*ENOENT/)
  })

  it('compares the counts of images and labels', async () => {
    await writeAll()
    await write('t10k-labels.idx1-ubyte.gz', gzipSync(writeIdx(ndarray(Uint8Array.of(1, 2, 3), [3]))))
    await expect(readDigitFolder(folder)).rejects.toThrow(/t10k-labels.*expected 2 labels.*received 3/)
  })

  it('refuses labels out of range', async () => {
    await writeAll()
    await write('train-labels-idx1-ubyte.gz', gzipSync(writeIdx(ndarray(Uint8Array.of(1, 10), [2]))))
    await expect(readDigitFolder(folder)).rejects.toThrow(/label 1: expected 0 to 9, received 10/)
    expect((await readDigitFolder(folder, { classes: 11 })).train.labels.data).toEqual(Int32Array.of(1, 10))
  })

  it('notices images in place of labels', async () => {
    await writeAll()
    await write('train-labels-idx1-ubyte.gz', images)
    await expect(readDigitFolder(folder)).rejects.toThrow(
      /labels: unsigned bytes of 1 dimension, received uint8.*2, 2, 2/,
    )
  })
})

const mnist = process.env.DEEP_RECIPE_MNIST ?? ''

describe.skipIf(mnist === '')('MNIST (skipped unless DEEP_RECIPE_MNIST names its folder)', () => {
  it('has the published counts per class and mean pixels', { timeout: 60_000 }, async () => {
    const { train, test } = await readDigitFolder(mnist)
    expect(train.images.shape).toEqual([60000, 28, 28])
    expect(test.images.shape).toEqual([10000, 28, 28])
    const histogram = (values: Int32Array): number[] => {
      const counts = new Array<number>(10).fill(0)
      for (const value of values) counts[value] = (counts[value] as number) + 1
      return counts
    }
    expect(histogram(train.labels.data)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    expect(histogram(test.labels.data)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(train.images.data)).toBeCloseTo(0.1307, 4)
    expect(mean(test.images.data)).toBeCloseTo(0.1325, 4)
  })
})
