// Captioned clips that need no download: shapes that move, appear, vanish, hit and pass one another.
import { HostRandom } from '@deep-recipe/core-tensor'
import ndarray from 'ndarray'
import type { HostNdArray } from '../../arrays/host-array.ts'
import { checkAmount, checkCount, checkSeed } from '../../options.ts'
import type { Combinations } from '../combinations.ts'
import { drawScene } from '../scenes/draw-scene.ts'
import { writeClipSentence } from './clip-sentences.ts'
import { type ComposedClip, composeClip } from './compose-clip.ts'

/** Which clips to generate. */
export interface GenerateClipsOptions {
  readonly count: number
  /** Equal seeds give equal clips. */
  readonly seed: number
  /** Number of the first: clips come in an endless row, of which any part can be generated. Default 0. */
  readonly first?: number
  /** Frames of a clip, at least 6. Default 8. */
  readonly frames?: number
  /** Side of a frame, pixels. Default 32. */
  readonly size?: number
  /** As for scenes. Default `trained`. */
  readonly combinations?: Combinations
  /** Largest deviation of a pixel by noise, 0 to 1. Default 0.06. */
  readonly noise?: number
}

/** Clips with what happens in them and what may be said of it. */
export interface CaptionedClips {
  /** Bytes [count, frames, 3, size, size]. */
  readonly images: HostNdArray<Uint8Array>
  readonly clips: readonly ComposedClip[]
  /** For each clip four different sentences: lower case, without full stop. */
  readonly captions: readonly (readonly string[])[]
}

/** Sentences for each clip. */
const sentences = 4

/**
 * Generates captioned clips. Clip i of the row depends on the seed and i alone.
 *
 * @throws DatasetError for counts, sizes or seeds that are not whole numbers in range.
 */
export function generateClips(options: GenerateClipsOptions): CaptionedClips {
  const { count, seed, first = 0, frames = 8, size = 32, combinations = 'trained', noise = 0.06 } = options
  checkCount('generateClips: count', count, 1)
  checkSeed('generateClips: seed', seed)
  checkCount('generateClips: first', first, 0)
  checkCount('generateClips: frames', frames, 6)
  checkCount('generateClips: size', size, 16)
  checkAmount('generateClips: noise', noise, 0)
  const random = new HostRandom(seed)
  const area = 3 * size * size
  const pixels = new Uint8Array(count * frames * area)
  const clips = Array.from({ length: count }, (_, i): ComposedClip => {
    const own = random.fork(first + i)
    const clip = composeClip(own.fork(0), combinations, frames)
    for (let frame = 0; frame < frames; frame++) {
      const objects = clip.tracks.map(({ object, radius, path }) => {
        const point = path[frame]
        return point && { ...object, radius, ...point }
      })
      drawScene(objects, own.fork(1), { pixels, offset: (i * frames + frame) * area, size, noise, frame })
    }
    return clip
  })
  return {
    images: ndarray(pixels, [count, frames, 3, size, size]),
    clips,
    captions: clips.map(({ statement }, i) => {
      const own = random.fork(first + i).fork(2)
      const different = new Set<string>()
      while (different.size < sentences) different.add(writeClipSentence(statement, own))
      return [...different]
    }),
  }
}
