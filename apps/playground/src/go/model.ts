// The policy network of the Go panel: three convolutions look at the neighbourhood, one more says how much it likes each point.
import { type Feature, featurePlanes } from '@deep-recipe/datasets/go'
import { conv2d } from '@deep-recipe/layers-cnn'
import { flatten, type Layer, relu, sequential } from '@deep-recipe/layers-core'

export const SIZE = 9

/** What the network sees. */
export const FEATURES: readonly Feature[] = [
  'stone-colour',
  'ones',
  'turns-since',
  'liberties-by-colour',
  'legal',
  'ko',
]

export const PLANES: number = FEATURES.reduce((sum, feature) => sum + featurePlanes[feature], 0)

/** Planes [batch, PLANES, SIZE, SIZE] → logits [batch, SIZE · SIZE]. */
export function makePolicy(): Layer {
  const options = { activation: relu, padding: 'same' } as const
  return sequential(conv2d(32, 5, options), conv2d(32, 3, options), conv2d(32, 3, options), conv2d(1, 1), flatten())
}
