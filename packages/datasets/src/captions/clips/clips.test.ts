// Generated clips: what is said happens, judged from the tracks; sentences are read as they were meant.
import { describe, expect, test } from 'vitest'
import { DatasetError } from '../../errors.ts'
import { type ObjectKind, readKind } from '../scenes/objects.ts'
import { readClipSentence } from './clip-sentences.ts'
import { type Clip, type ClipStatement, eventKinds, isTrueOfClip, type Point } from './clip-statements.ts'
import { generateClips } from './generate-clips.ts'

const circle: ObjectKind = readKind('large red circle')
const square: ObjectKind = readKind('small blue square')

test('every sentence is read as what the clip was made for; every kind of event comes', () => {
  const { clips, captions } = generateClips({ count: 90, seed: 2, size: 16 })
  expect(new Set(clips.map(({ statement }) => statement.kind))).toEqual(new Set(eventKinds))
  for (const [i, { statement, tracks }] of clips.entries()) {
    expect(new Set(captions[i]).size).toBe(4)
    for (const caption of captions[i] ?? []) {
      expect(readClipSentence(caption), caption).toEqual(statement)
      expect(isTrueOfClip(statement, { tracks }), caption).toBe(true)
    }
  }
})

describe('truth', () => {
  const line = (from: Point, to: Point): Point[] =>
    Array.from({ length: 8 }, (_, i) => ({
      x: from.x + ((to.x - from.x) * i) / 7,
      y: from.y + ((to.y - from.y) * i) / 7,
    }))
  const still = (point: Point, first = 0, last = 7): (Point | undefined)[] =>
    Array.from({ length: 8 }, (_, i) => (i >= first && i <= last ? point : undefined))
  const clip = (a: readonly (Point | undefined)[], b?: readonly (Point | undefined)[]): Clip => ({
    tracks: [{ object: circle, radius: 0.15, path: a }, ...(b ? [{ object: square, radius: 0.1, path: b }] : [])],
  })
  const goesRight = line({ x: 0.2, y: 0.5 }, { x: 0.6, y: 0.55 })
  const [here, there] = [
    { x: 0.3, y: 0.3 },
    { x: 0.7, y: 0.7 },
  ]

  test.each<[string, Clip, boolean]>([
    ['a large red circle moves to the right', clip(goesRight), true],
    ['a large red circle moves to the left', clip(goesRight), false],
    ['a large red circle moves up', clip(goesRight), false],
    ['a large red circle moves to the right', clip(still(here)), false],
    ['a large red circle appears', clip(still(here, 3)), true],
    ['a large red circle vanishes', clip(still(here, 3)), false],
    ['a large red circle vanishes', clip(still(here, 0, 4)), true],
    ['a large red circle appears', clip(still(here)), false],
    ['a large red circle appears before a small blue square', clip(still(here, 2), still(there, 5)), true],
    ['a small blue square appears before a large red circle', clip(still(here, 2), still(there, 5)), false],
    ['a large red circle appears after a small blue square', clip(still(here, 5), still(there, 2)), true],
    ['a large red circle passes a small blue square', clip(goesRight, still({ x: 0.4, y: 0.9 })), true],
    ['a large red circle hits a small blue square', clip(goesRight, still({ x: 0.4, y: 0.9 })), false],
    ['a large red circle passes a small blue square', clip(goesRight, still({ x: 0.7, y: 0.55 })), false],
    ['a large red circle moves to the right', clip(goesRight, still({ x: 0.4, y: 0.9 })), false],
    [
      'a small blue square is hit by a large red circle',
      clip(
        [...line({ x: 0.0, y: 0.5 }, { x: 0.4, y: 0.5 }).slice(4), ...still({ x: 0.4, y: 0.5 }).slice(0, 4)],
        [...still({ x: 0.62, y: 0.5 }).slice(0, 4), ...line({ x: 0.65, y: 0.5 }, { x: 1, y: 0.5 }).slice(0, 4)],
      ),
      true,
    ],
  ])('%s', (sentence, scene, expected) => {
    expect(isTrueOfClip(readClipSentence(sentence) as ClipStatement, scene)).toBe(expected)
  })
})

test('an object is on the frames of its track and on no others; what stands still looks the same but for noise', () => {
  const { clips, images } = generateClips({ count: 60, seed: 7, size: 16, noise: 0 })
  const { shape, data } = images
  const size = shape.slice(2).reduce((product, extent) => product * extent, 1)
  const frame = (clip: number, index: number): string =>
    data.subarray((clip * 8 + index) * size, (clip * 8 + index + 1) * size).join()
  const appearances = clips.flatMap(({ statement, tracks }, i) =>
    statement.kind === 'appears' ? [{ i, track: tracks[0] }] : [],
  )
  expect(appearances.length).toBeGreaterThan(3)
  for (const { i, track } of appearances) {
    const first = track?.path.findIndex((point) => point !== undefined) ?? 0
    expect(frame(i, 0)).toBe(frame(i, first - 1))
    expect(frame(i, first)).not.toBe(frame(i, first - 1))
    expect(frame(i, first)).toBe(frame(i, 7))
  }
})

test.each(['', 'a large red circle', 'a large red circle moves', 'a circle appears'])(
  'not of the grammar: "%s"',
  (sentence) => {
    expect(readClipSentence(sentence)).toBeUndefined()
  },
)

test('refuses too few frames', () => {
  expect(() => generateClips({ count: 1, seed: 1, frames: 5 })).toThrow(DatasetError)
})

test('clip i depends on the seed and i alone', () => {
  const all = generateClips({ count: 4, seed: 3, size: 16 })
  const rest = generateClips({ count: 2, first: 2, seed: 3, size: 16 })
  expect(rest.captions).toEqual(all.captions.slice(2))
  expect([...rest.images.data]).toEqual([...all.images.data.subarray(all.images.data.length / 2)])
})
