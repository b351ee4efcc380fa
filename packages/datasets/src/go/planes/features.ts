// The features a network may see of a position, by name, each with its number of planes, and the sets of them in the
// literature:
//   Clark and Storkey, "Training deep convolutional neural networks to play Go", ICML 2015;
//   Maddison, Huang, Sutskever and Silver, "Move evaluation in Go using deep convolutional neural networks", ICLR 2015;
//   Silver and others, "Mastering the game of Go with deep neural networks and tree search", Nature 529, 2016, extended data table 2.
import { GoError } from '../errors.ts'

/**
 * Planes of each feature. All are seen from the side of the player to move. Features of eight planes say a number: plane k − 1
 * is 1 where it is k, the last where it is 8 or more, none where it is 0. Those about moves are 0 where a move is illegal.
 */
export const featurePlanes = {
  /** One plane: own stones 1, the opponent's −1, empty points 0. */
  'signed-stones': 1,
  /** Own stones; the opponent's; empty points. */
  'stone-colour': 3,
  /** 1 everywhere: tells a convolution, whose padding is 0, where the board ends. */
  ones: 1,
  /** How many moves ago the stone on a point was played, 1 for the last move; stones that were set up count as old. */
  'turns-since': 8,
  /** Liberties of the chain on a point. */
  liberties: 8,
  /** Own chains with one, two, more liberties; then the opponent's (Clark and Storkey). */
  'liberties-by-colour': 6,
  /** How many stones a move would capture. */
  'capture-size': 8,
  /** How many stones the chain of a move would have if that left it a single liberty. */
  'self-atari-size': 8,
  /** Liberties of the chain of a move after it. */
  'liberties-after-move': 8,
  /** Whether a move captures a chain of two liberties in a ladder. */
  'ladder-capture': 1,
  /** Whether a move saves an own chain of one liberty from being captured in a ladder. */
  'ladder-escape': 1,
  /** Whether a move is legal and does not fill an own eye. */
  sensibleness: 1,
  /** Whether a move is legal. */
  legal: 1,
  /** The point that must not be retaken now. */
  ko: 1,
  /** 1 everywhere where black is to move. */
  'player-colour': 1,
} as const

export type Feature = keyof typeof featurePlanes

/** One plane: black and white stones as 1 and −1, turned so that 1 is always the player to move. */
export const signedPlanes: readonly Feature[] = ['signed-stones']

/** The seven planes of Clark and Storkey (2015): stones by colour and liberties, and the ko. */
export const clarkStorkeyPlanes: readonly Feature[] = ['liberties-by-colour', 'ko']

/** The planes of AlphaGo's policy network (2016), 48 with the ko in the place of its plane of zeros. */
export const alphaGoPlanes: readonly Feature[] = [
  'stone-colour',
  'ones',
  'turns-since',
  'liberties',
  'capture-size',
  'self-atari-size',
  'liberties-after-move',
  'ladder-capture',
  'ladder-escape',
  'sensibleness',
  'ko',
]

/** @throws GoError for a name that is no feature, a repeated one, and none at all. */
export function countPlanes(features: readonly Feature[]): number {
  const wrong = features.find(
    (feature, at) => !Object.hasOwn(featurePlanes, feature) || features.indexOf(feature) !== at,
  )
  if (wrong === undefined && features.length > 0) {
    return features.reduce((sum, feature) => sum + featurePlanes[feature], 0)
  }
  throw new GoError({
    what: 'planes',
    expected: `some of ${Object.keys(featurePlanes).join(', ')}, each once`,
    received: wrong === undefined ? 'an empty list' : String(wrong),
    remedy: 'Name features, or use signedPlanes, clarkStorkeyPlanes or alphaGoPlanes.',
  })
}
