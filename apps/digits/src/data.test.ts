// What is trained on, chosen on and tested on never mixes, and noise is on the test images alone.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RecipeError, toHostArray } from '@deep-recipe/core-tensor'
import { generateDigits } from '@deep-recipe/datasets'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Digits, type LaboratoryData, loadData, loadTestData } from './data.ts'
import { idxFile } from './fixtures/idx-file.ts'

/** Each image with its label, as text. */
function listDigits({ images, labels }: Digits): string[] {
  const { data } = toHostArray(images)
  return Array.from({ length: labels.size }, (_, i) => `${labels.get(i)}:${data.slice(i * 784, (i + 1) * 784)}`)
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'digits-data-'))
  for (const [part, count, seed] of [
    ['train', 900, 1],
    ['t10k', 50, 2],
  ] as const) {
    const { images, labels } = generateDigits({ count, seed })
    const pixels = Uint8Array.from(images.data, (value) => Math.round(255 * value))
    // Sorted by class, as some files are.
    const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => labels.get(a) - labels.get(b))
    const sorted = Buffer.concat(order.map((i) => pixels.subarray(i * 784, (i + 1) * 784)))
    await writeFile(join(folder, `${part}-images-idx3-ubyte`), idxFile([count, 28, 28], sorted))
    await writeFile(
      join(folder, `${part}-labels-idx1-ubyte`),
      idxFile(
        [count],
        Uint8Array.from(order, (i) => labels.get(i)),
      ),
    )
  }
})
afterAll(() => rm(folder, { recursive: true }))

describe.each([
  ['generated', (): undefined => undefined],
  ['in a folder', (): string => folder],
] as const)('%s', (_, where) => {
  const load = (noise = 1, trainSize = 120): Promise<LaboratoryData> => loadData({ folder: where(), trainSize, noise })

  test('no image is in two of training, validation and test; more contains the training images', async () => {
    const data = await load()
    const [train, more] = [listDigits(data.train), listDigits(data.more)]
    const [validation, tested] = [listDigits(data.validation), listDigits(data.test)]
    expect(train).toHaveLength(120)
    expect(validation).toHaveLength(500)
    expect(more.length).toBe(where() === undefined ? 600 : 400) // five times as many, or all that are left
    expect(more.slice(0, 120)).toEqual(train)
    expect(new Set([...more, ...validation, ...tested]).size).toBe(more.length + validation.length + tested.length)
  })

  test('all classes are in each part, though the files be sorted', async () => {
    const data = await load()
    for (const { labels } of [data.train, data.validation, data.test]) {
      expect(new Set(toHostArray(labels).data).size).toBe(10)
    }
  })

  test('noise changes the noisy test images and nothing else: Gaussian, of the deviation asked for', async () => {
    const [half, two] = [await load(0.5), await load(2)]
    for (const part of ['train', 'more', 'validation', 'test'] as const) {
      expect(listDigits(half[part])).toEqual(listDigits(two[part]))
    }
    for (const [data, deviation] of [
      [half, 0.5],
      [two, 2],
    ] as const) {
      const clean = toHostArray(data.test.images).data as Float32Array
      const noise = (toHostArray(data.noisyTest.images).data as Float32Array).map(
        (value, i) => value - (clean[i] as number),
      )
      const mean = noise.reduce((a, b) => a + b, 0) / noise.length
      const spread = Math.sqrt(noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length)
      // At least 39 200 draws: three standard errors.
      expect(Math.abs(mean)).toBeLessThan((3 * deviation) / Math.sqrt(39_200))
      expect(Math.abs(spread / deviation - 1)).toBeLessThan(3 / Math.sqrt(2 * 39_200))
      expect(toHostArray(data.noisyTest.labels)).toEqual(toHostArray(data.test.labels))
    }
  })

  test('the test images alone are those of the whole', async () => {
    const [whole, alone] = [await load(1.5), await loadTestData({ folder: where(), noise: 1.5 })]
    expect(listDigits(alone.test)).toEqual(listDigits(whole.test))
    expect(listDigits(alone.noisyTest)).toEqual(listDigits(whole.noisyTest))
  })

  test('twice the same', async () => {
    const [first, second] = [await load(), await load()]
    expect(listDigits(first.train)).toEqual(listDigits(second.train))
    expect(listDigits(first.noisyTest)).toEqual(listDigits(second.noisyTest))
  })
})

test('test images do not depend on how many are trained on', async () => {
  const [few, many] = [
    await loadTestData({ folder: undefined, noise: 1 }),
    await loadData({ folder: undefined, trainSize: 700, noise: 1 }),
  ]
  expect(listDigits(few.noisyTest)).toEqual(listDigits(many.noisyTest))
})

test('more images than there are: told before any is drawn', async () => {
  const startedAt = performance.now()
  await expect(loadData({ folder: undefined, trainSize: 1e9, noise: 1 })).rejects.toThrow(RecipeError)
  expect(performance.now() - startedAt).toBeLessThan(500)
  await expect(loadData({ folder, trainSize: 401, noise: 1 })).rejects.toThrow(
    '--train-size: expected at most 400: 900 images less 500 for validation, received 401.',
  )
})
