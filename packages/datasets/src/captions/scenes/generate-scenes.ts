// Captioned pictures that need no download: scenes of coloured shapes, each with several captions, of combinations that
// are trained or of new ones.
import { HostRandom } from '@deep-recipe/core-tensor'
import ndarray from 'ndarray'
import type { HostNdArray } from '../../arrays/host-array.ts'
import { DatasetError } from '../../errors.ts'
import { checkAmount, checkCount, checkSeed } from '../../options.ts'
import type { Combinations } from '../combinations.ts'
import { type ComposedScene, composeScene } from './compose-scene.ts'
import { drawScene } from './draw-scene.ts'
import { writeSceneSentence } from './scene-sentences.ts'

/** Which scenes to generate. */
export interface GenerateScenesOptions {
  readonly count: number
  /** Equal seeds give equal scenes. */
  readonly seed: number
  /** Number of the first: scenes come in an endless row, of which any part can be generated. Default 0. */
  readonly first?: number
  /** Side of the pictures, pixels. Default 32. */
  readonly size?: number
  /** Objects in a picture: 1 to this, at most 3. Default 3. */
  readonly mostObjects?: number
  /** Captions of each picture, all different. Default 5. */
  readonly captions?: number
  /**
   * `trained`; `new combinations`: trained objects at a place, in a number or beside another where none of `trained` has
   * them; `new objects`: in each scene an object whose combination of size, colour and shape none of the others has.
   * Default `trained`.
   */
  readonly combinations?: Combinations
  /** Largest deviation of a pixel by noise, 0 to 1. Default 0.06. */
  readonly noise?: number
}

/** Pictures with what they show and what may be said of them. */
export interface CaptionedScenes {
  /** Bytes [count, 3, size, size]. */
  readonly images: HostNdArray<Uint8Array>
  readonly scenes: readonly ComposedScene[]
  /** For each picture its captions: lower case, without full stop. */
  readonly captions: readonly (readonly string[])[]
}

/**
 * Generates captioned scenes of one to three objects: one at a place, several of a kind, two of which one is left of,
 * above or in front of the other, two with a third beside both. Scene i of the row depends on the seed and i alone.
 *
 * @throws DatasetError for counts, sizes or seeds that are not whole numbers in range.
 */
export function generateScenes(options: GenerateScenesOptions): CaptionedScenes {
  const { count, seed, first = 0, size = 32, mostObjects = 3, captions = 5 } = options
  const { combinations = 'trained', noise = 0.06 } = options
  checkCount('generateScenes: count', count, 1)
  checkSeed('generateScenes: seed', seed)
  checkCount('generateScenes: first', first, 0)
  checkCount('generateScenes: size', size, 16)
  checkCount('generateScenes: captions', captions, 1)
  checkCount('generateScenes: mostObjects', mostObjects, 1)
  if (mostObjects > 3) failForTooMany('mostObjects', mostObjects, 3)
  if (captions > mostCaptions) failForTooMany('captions', captions, mostCaptions)
  checkAmount('generateScenes: noise', noise, 0)
  const random = new HostRandom(seed)
  const pixels = new Uint8Array(count * 3 * size * size)
  const scenes = Array.from({ length: count }, (_, i): ComposedScene => {
    const own = random.fork(first + i)
    const scene = composeScene(own.fork(0), combinations, mostObjects)
    drawScene(scene.objects, own.fork(1), { pixels, offset: i * 3 * size * size, size, noise })
    return scene
  })
  return {
    images: ndarray(pixels, [count, 3, size, size]),
    scenes,
    captions: scenes.map((scene, i) => writeDifferent(scene, captions, random.fork(first + i).fork(2))),
  }
}

/** Fewer than the sentences there are for any scene. */
const mostCaptions = 10

function writeDifferent(scene: ComposedScene, count: number, random: HostRandom): string[] {
  const sentences = new Set<string>()
  while (sentences.size < count) sentences.add(writeSceneSentence(scene.statement, random))
  return [...sentences]
}

function failForTooMany(name: string, received: number, most: number): never {
  throw new DatasetError({
    what: `generateScenes: ${name}`,
    expected: `at most ${most}`,
    received: String(received),
    remedy: 'Give a smaller number.',
  })
}
