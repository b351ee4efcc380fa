// Generated scenes: what is said is so, by another judgement than the generator's; sentences are read as they were meant;
// combinations stay apart.
import { HostRandom } from '@deep-recipe/core-tensor'
import { describe, expect, test } from 'vitest'
import { DatasetError } from '../../errors.ts'
import { findSet } from '../combinations.ts'
import { generateScenes } from './generate-scenes.ts'
import { colours, isNewObject, nameKind, objectKinds, shapes, sizes } from './objects.ts'
import { readSceneSentence, writeSceneSentence } from './scene-sentences.ts'
import { isTrueOf, listMentioned, type Scene, type SceneStatement } from './statements.ts'

const sets = ['trained', 'new combinations', 'new objects'] as const
const bySet = sets.map((combinations) => generateScenes({ count: 120, seed: 5, size: 16, combinations }))

describe('sentences', () => {
  test('every caption is read as what the scene was made for, and no two of a scene are the same', () => {
    for (const { captions, scenes } of bySet) {
      for (const [i, { statement, objects }] of scenes.entries()) {
        expect(new Set(captions[i]).size).toBe(5)
        for (const caption of captions[i] ?? []) {
          const said = readSceneSentence(caption)
          expect(said, caption).toEqual(statement)
          expect(said && isTrueOf(said, { objects })).toBe(true)
        }
      }
    }
  })

  test.each<[string, SceneStatement]>([
    [
      'A big blue square is to the right of a little red disc.',
      { kind: 'pair', relation: 'left of', first: kind('small red circle'), second: kind('large blue square') },
    ],
    [
      'a small white box is partly hidden by a large green plus',
      { kind: 'pair', relation: 'in front of', first: kind('large green cross'), second: kind('small white square') },
    ],
    ['there are  three small yellow boxes', { kind: 'several', count: 3, object: kind('small yellow square') }],
    ['in the upper left is a large red star', { kind: 'one', object: kind('large red star'), place: 'top left' }],
    [
      'a small red star above a small blue star and a large white circle to the left of both',
      {
        kind: 'three',
        relation: 'above',
        first: kind('small red star'),
        second: kind('small blue star'),
        third: kind('large white circle'),
        side: 'left',
      },
    ],
  ])('%s', (sentence, statement) => {
    expect(readSceneSentence(sentence)).toEqual(statement)
  })

  test.each([
    '',
    'a red circle',
    'a large red circle in the',
    'two large red circle',
    'a large pink circle in the middle',
  ])('not of the grammar: "%s"', (sentence) => {
    expect(readSceneSentence(sentence)).toBeUndefined()
  })

  test('the same sentence is written from the same random stream', () => {
    const statement: SceneStatement = { kind: 'several', count: 2, object: kind('small red circle') }
    expect(writeSceneSentence(statement, new HostRandom(3))).toBe(writeSceneSentence(statement, new HostRandom(3)))
  })
})

describe('truth', () => {
  // Laid out by hand: a large red circle to the left of a small blue square, whose lower part covers a small star.
  const scene: Scene = {
    objects: [
      { ...kind('small green star'), x: 0.72, y: 0.56, radius: 0.12 },
      { ...kind('small blue square'), x: 0.72, y: 0.45, radius: 0.12 },
      { ...kind('large red circle'), x: 0.25, y: 0.5, radius: 0.2 },
    ],
  }
  const pairOf = (first: string, relation: string, second: string) => ({
    objects: scene.objects.filter((object) => [first, second].includes(nameKind(object))),
    statement: { kind: 'pair', relation, first: kind(first), second: kind(second) } as SceneStatement,
  })

  test.each([
    ['large red circle', 'left of', 'small blue square', true],
    ['small blue square', 'left of', 'large red circle', false],
    ['large red circle', 'above', 'small blue square', false],
    ['small blue square', 'in front of', 'small green star', true],
    ['small green star', 'in front of', 'small blue square', false],
    ['large red circle', 'in front of', 'small blue square', false],
    ['small blue square', 'above', 'small green star', false],
  ])('%s %s %s: %s', (first, relation, second, expected) => {
    const { objects, statement } = pairOf(first, relation, second)
    expect(isTrueOf(statement, { objects })).toBe(expected)
  })

  test('what leaves an object out, or says too much, is not true', () => {
    const { statement } = pairOf('large red circle', 'left of', 'small blue square')
    expect(isTrueOf(statement, scene)).toBe(false)
    const three: SceneStatement = {
      kind: 'three',
      relation: 'in front of',
      first: kind('small blue square'),
      second: kind('small green star'),
      third: kind('large red circle'),
      side: 'left',
    }
    expect(isTrueOf(three, scene)).toBe(true)
    expect(isTrueOf({ ...three, side: 'right' }, scene)).toBe(false)
    expect(isTrueOf(three, { objects: scene.objects.slice(1) })).toBe(false)
  })

  test('in front of what it hardly touches, or nearly hides, is nothing', () => {
    const front = { ...kind('large red circle'), x: 0.5, y: 0.5, radius: 0.2 }
    const behind = (x: number) => ({ ...kind('small blue square'), x, y: 0.5, radius: 0.14 })
    const statement: SceneStatement = { kind: 'pair', relation: 'in front of', first: front, second: front }
    const holds = (x: number): boolean => {
      const back = behind(x)
      return isTrueOf({ ...statement, second: back }, { objects: [back, front] })
    }
    expect([0.5, 0.6, 0.73, 0.78, 0.83].map(holds)).toEqual([false, false, true, false, false])
  })

  test('number and place', () => {
    const star = { ...kind('small red star'), radius: 0.1 }
    const corner = { objects: [{ ...star, x: 0.2, y: 0.8 }] }
    expect(isTrueOf({ kind: 'one', object: star, place: 'bottom left' }, corner)).toBe(true)
    expect(isTrueOf({ kind: 'one', object: star, place: 'middle' }, corner)).toBe(false)
    const two = { objects: [...corner.objects, { ...star, x: 0.7, y: 0.5 }] }
    expect(isTrueOf({ kind: 'several', count: 2, object: star }, two)).toBe(true)
    expect(isTrueOf({ kind: 'several', count: 3, object: star }, two)).toBe(false)
  })
})

describe('combinations', () => {
  test('the three sets share none, and together they are all', () => {
    const keys = bySet.map(({ scenes }) => new Set(scenes.map(({ statement }) => describeCombination(statement))))
    for (const [i, own] of keys.entries()) {
      for (const other of keys.slice(i + 1)) expect([...own].filter((key) => other.has(key))).toEqual([])
    }
  })

  test('a new object is in each scene of the one set, and in none of the others', () => {
    const shares = bySet.map(({ scenes }) => scenes.filter(({ objects }) => objects.some(isNewObject)).length)
    expect(shares).toEqual([0, 0, 120])
  })

  test('every pair of size, colour and shape is trained with some third', () => {
    const trained = objectKinds.filter((each) => !isNewObject(each))
    expect(trained.length).toBe(54)
    const seen = (test: (each: (typeof trained)[number]) => boolean): boolean => trained.some(test)
    for (const colour of colours) {
      for (const shape of shapes) expect(seen((one) => one.colour === colour && one.shape === shape)).toBe(true)
      for (const size of sizes) expect(seen((one) => one.colour === colour && one.size === size)).toBe(true)
    }
    for (const size of sizes)
      for (const shape of shapes) expect(seen((one) => one.size === size && one.shape === shape)).toBe(true)
  })

  test('about a fifth of the combinations of trained objects is kept', () => {
    const trained = objectKinds.filter((each) => !isNewObject(each))
    const pairs = trained.flatMap((one, i) => trained.slice(i + 1).map((other) => ({ objects: [one, other] })))
    const kept = pairs.filter((pair) => findSet(pair) === 'new combinations').length
    expect(kept / pairs.length).toBeGreaterThan(0.16)
    expect(kept / pairs.length).toBeLessThan(0.24)
  })
})

describe('pictures', () => {
  test('an object shows its colour where it is, and little of it elsewhere', () => {
    const { images, scenes } = generateScenes({ count: 60, seed: 9, size: 32, mostObjects: 1, noise: 0 })
    const differences = scenes.flatMap(({ objects }, i) => {
      const [object] = objects
      if (!object || object.colour === 'white') return []
      const channels = [0, 1, 2].map((channel) =>
        images.get(i, channel, Math.floor(object.y * 32), Math.floor(object.x * 32)),
      )
      const [red = 0, green = 0, blue = 0] = channels
      const strongest = {
        red: red - Math.max(green, blue),
        green: green - Math.max(red, blue),
        blue: blue - Math.max(red, green),
        yellow: Math.min(red, green) - blue,
        purple: Math.min(red, blue) - green,
      }
      return [strongest[object.colour]]
    })
    expect(Math.min(...differences)).toBeGreaterThan(30)
  })

  test('scene i depends on the seed and i alone', () => {
    const [few, more] = [3, 5].map((count) => generateScenes({ count, seed: 4, size: 16 }))
    expect(few?.captions).toEqual(more?.captions.slice(0, 3))
    expect([...(few?.images.data ?? [])]).toEqual([...(more?.images.data.subarray(0, few?.images.size) ?? [])])
    const rest = generateScenes({ count: 2, first: 3, seed: 4, size: 16 })
    expect(rest.captions).toEqual(more?.captions.slice(3))
    expect([...rest.images.data]).toEqual([...(more?.images.data.subarray(3 * 3 * 16 * 16) ?? [])])
    expect(generateScenes({ count: 3, seed: 5, size: 16 }).captions).not.toEqual(few?.captions)
  })
})

test.each([
  ['no scene', { count: 0, seed: 1 }],
  ['no seed', { count: 1, seed: Number.NaN }],
  ['a first before the first', { count: 1, seed: 1, first: -1 }],
  ['tiny pictures', { count: 1, seed: 1, size: 8 }],
  ['too many objects', { count: 1, seed: 1, mostObjects: 4 }],
  ['too many captions', { count: 1, seed: 1, captions: 11 }],
  ['negative noise', { count: 1, seed: 1, noise: -1 }],
])('refuses %s', (_, options) => {
  expect(() => generateScenes(options)).toThrow(DatasetError)
})

function kind(name: string): (typeof objectKinds)[number] {
  const found = objectKinds.find((each) => nameKind(each) === name)
  if (!found) throw new Error(name)
  return found
}

/** What is combined in a statement, as text. */
function describeCombination(statement: SceneStatement): string {
  const names = [...new Set(listMentioned(statement).map(nameKind))].sort()
  if (statement.kind === 'one') return `${names} ${statement.place}`
  return statement.kind === 'several' ? `${names} ${statement.count}` : names.join()
}
