// Which networks a table needs, and on what they are trained.
import { join } from 'node:path'
import type { HostNdArray } from '@deep-recipe/datasets'
import { describe, expect, test } from 'vitest'
import { loadData } from './data.ts'
import { joinParams, listMembers, trainingSource } from './laboratory.ts'
import { chooseSettings } from './options.ts'
import { furtherRecipes, type Recipe, recipes } from './recipes.ts'

const { ingredients } = chooseSettings({ members: 3, hidden: 4 })
const options = { ingredients, epochs: 10, seed: 7, folder: 'run' }
const find = (name: string): Recipe => [...recipes, ...furtherRecipes].find((one) => one.name === name) as Recipe
const list = (name: string) => listMembers(find(name), options)

describe('members', () => {
  test('an ensemble has as many as asked for, its first is the plain network itself', () => {
    expect(list('plain')).toHaveLength(1)
    const [plain] = list('plain')
    const [first, second, third] = list('ensemble')
    expect(list('ensemble')).toHaveLength(3)
    expect({ folder: first?.folder, seed: first?.seed, epochs: first?.epochs }).toEqual({
      folder: plain?.folder,
      seed: plain?.seed,
      epochs: plain?.epochs,
    })
    expect([second?.folder, third?.folder]).toEqual([
      join('run', 'ensemble', 'member-2'),
      join('run', 'ensemble', 'member-3'),
    ])
  })

  test('folders: one for each network, and none for two of different kinds', () => {
    const kinds = new Map<string, unknown>()
    for (const recipe of [...recipes, ...furtherRecipes]) {
      for (const { folder, seed, epochs } of listMembers(recipe, options)) {
        const { model, earlyStopping, weightDecay, createdData, moreData } = recipe
        const kind = { model, earlyStopping, weightDecay, createdData, moreData, seed, epochs }
        expect(kinds.get(folder) ?? kind).toEqual(kind)
        kinds.set(folder, kind)
      }
    }
    // 13 recipes, two of them with three members, one of these shared.
    expect(kinds.size).toBe(11 + 3 + 2)
  })

  test('seeds differ within an ensemble, and between runs', () => {
    const seeds = [7, 8, 9].flatMap((seed) =>
      listMembers(find('all'), { ...options, seed }).map((member) => member.seed),
    )
    expect(new Set(seeds).size).toBe(9)
  })

  test('what is harder to learn takes longer, and never less than an epoch', () => {
    expect(list('plain')[0]?.epochs).toBe(10)
    expect(list('dropout')[0]?.epochs).toBe(Math.round(10 * (find('dropout').patience as number)))
    expect(listMembers(find('moreData'), { ...options, epochs: 1 })[0]?.epochs).toBe(1)
  })

  test('parameters of an ensemble stand side by side, those of one network alone', () => {
    const [a, b] = [{}, {}]
    expect(joinParams(find('plain'), [a])).toBe(a)
    expect(joinParams(find('ensemble'), [a, b])).toEqual({ '0': a, '1': b })
  })
})

describe('what a network is trained on', async () => {
  const data = await loadData({ folder: undefined, trainSize: 100, noise: 1 })
  const read = (name: string, epoch: number, start = 0) => {
    const [member] = list(name)
    if (!member) throw new Error('no member')
    const source = trainingSource(member, data, 30)
    const images: string[] = []
    const labels: number[] = []
    for (const { inputs, targets, weights } of source.epoch(epoch, start) as Iterable<{
      inputs: HostNdArray
      targets: HostNdArray
      weights: HostNdArray
    }>) {
      for (let i = 0; i < (targets.shape[0] as number); i++) {
        if (weights.get(i) === 0) continue
        const pixels = inputs.pick(i, null, null)
        images.push(Array.from({ length: 784 }, (_, at) => pixels.get(Math.floor(at / 28), at % 28)).join())
        labels.push(targets.get(i))
      }
    }
    return { length: source.length, images, labels }
  }
  const originals = new Set(
    Array.from({ length: 100 }, (_, i) =>
      Array.from({ length: 784 }, (_, at) => data.train.images.get(i, Math.floor(at / 28), at % 28)).join(),
    ),
  )

  test('plain: each training image once an epoch, in another order', () => {
    const [first, second] = [read('plain', 0), read('plain', 1)]
    expect(first.length).toBe(4)
    expect(new Set(first.images)).toEqual(originals)
    expect(new Set(second.images)).toEqual(originals)
    expect(second.images).not.toEqual(first.images)
  })

  test('created data: none as it was, other ones in each epoch, the same for the same epoch, labels untouched', () => {
    const [first, again, second] = [read('createdData', 0), read('createdData', 0), read('createdData', 1)]
    expect(first.images.filter((image) => originals.has(image))).toEqual([])
    expect(again).toEqual(first)
    expect(new Set([...first.images, ...second.images]).size).toBe(200)
    const sort = (labels: readonly number[]): number[] => [...labels].sort((a, b) => a - b)
    expect(sort(first.labels)).toEqual(sort(read('plain', 0).labels))
  })

  test('begun in the middle of an epoch, it goes on as it would have', () => {
    for (const name of ['plain', 'createdData']) {
      const [whole, rest] = [read(name, 2), read(name, 2, 2)]
      expect(rest.images).toEqual(whole.images.slice(60))
      expect(rest.labels).toEqual(whole.labels.slice(60))
    }
  })

  test('more data: five times as many, the training images among them', () => {
    const { images } = read('moreData', 0)
    expect(images).toHaveLength(500)
    for (const original of originals) expect(images).toContain(original)
  })

  test('no test image is among them', () => {
    const seen = new Set(read('moreData', 0).images)
    for (let i = 0; i < 2000; i++) {
      const pixels = data.test.images.pick(i, null, null)
      expect(seen.has(Array.from({ length: 784 }, (_, at) => pixels.get(Math.floor(at / 28), at % 28)).join())).toBe(
        false,
      )
    }
  })
})
