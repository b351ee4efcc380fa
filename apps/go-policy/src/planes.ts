// What a network sees of a position.
import { alphaGoPlanes, countPlanes, type Feature, signedPlanes } from '@deep-recipe/datasets/go'

/** The 48 planes of AlphaGo's policy network, or one of stones. */
export type PlaneSet = 'rich' | 'single'

/** The features of a set. */
export function featuresOf(planes: PlaneSet): readonly Feature[] {
  return planes === 'rich' ? alphaGoPlanes : signedPlanes
}

/** Shape of one example. */
export function inputShapeOf(planes: PlaneSet, size: number): [planes: number, height: number, width: number] {
  return [countPlanes(featuresOf(planes)), size, size]
}
