// How well a network foresees the moves of games that it has not learned from.
import { toHostArray } from '@deep-recipe/core-tensor'
import { type Feature, type GoGame, positionSource } from '@deep-recipe/datasets/go'
import type { OpenNetwork } from './model/open-network.ts'

/** Figures of a stretch of the game. */
export interface StretchFigures {
  /** Numbers of the first and the last move in it, from 1. */
  readonly from: number
  readonly to: number
  readonly positions: number
  readonly top1: number
  readonly top5: number
}

/** Figures over held-out positions. */
export interface MoveFigures {
  /** Share of the moves that were the network's first choice. */
  readonly top1: number
  /** Share that was among its first five. */
  readonly top5: number
  /** Mean of −log of the probability that it gave to the move. */
  readonly loss: number
  readonly positions: number
  /** The same by the number of the move. */
  readonly stretches: readonly StretchFigures[]
}

/** What is counted for each position. */
interface Guess {
  readonly moveNumber: number
  /** How many points the network liked better, equal ones that come first included; 0 for its first choice. */
  readonly ahead: number
  readonly loss: number
}

const batchSize = 128
/** Moves in a stretch, for a board of 19 lines; fewer on smaller ones. */
const stretchShare = 30 / 361

/**
 * Measures a network on all positions of some games, those before passes left out.
 *
 * @param games at least one with a move, all on boards of one size.
 * @throws the signal's reason when it is aborted.
 */
export async function measureMoves(
  network: OpenNetwork,
  games: readonly GoGame[],
  features: readonly Feature[],
  options: {
    readonly signal?: AbortSignal
    /** Told how many positions are done. */
    readonly onProgress?: (done: number) => void
  } = {},
): Promise<MoveFigures> {
  const source = positionSource(games, { features, batchSize })
  const area = source.size ** 2
  const guesses: Guess[] = []
  for (const { inputs, targets, moveNumbers, count } of source.epoch(0, 0)) {
    options.signal?.throwIfAborted()
    const logProbabilities = await network.run(toHostArray(inputs))
    for (let row = 0; row < count; row++) {
      const own = logProbabilities.subarray(row * area, (row + 1) * area)
      const target = targets.get(row)
      guesses.push({
        moveNumber: moveNumbers[row] as number,
        ahead: countAhead(own, target),
        loss: -(own[target] as number),
      })
    }
    options.onProgress?.(guesses.length)
  }
  const stretch = Math.max(5, Math.round(area * stretchShare))
  return { ...summarize(guesses), stretches: divide(guesses, stretch) }
}

/** Points with a larger number than the target's, or an equal one before it. */
export function countAhead(numbers: ArrayLike<number>, target: number): number {
  const own = numbers[target] as number
  let ahead = 0
  for (let point = 0; point < numbers.length; point++) {
    const number = numbers[point] as number
    if (number > own || (number === own && point < target)) ahead++
  }
  return ahead
}

function summarize(guesses: readonly Guess[]): Omit<MoveFigures, 'stretches'> {
  const share = (count: number): number => count / guesses.length
  return {
    top1: share(guesses.filter(({ ahead }) => ahead < 1).length),
    top5: share(guesses.filter(({ ahead }) => ahead < 5).length),
    loss: guesses.reduce((sum, { loss }) => sum + loss, 0) / guesses.length,
    positions: guesses.length,
  }
}

function divide(guesses: readonly Guess[], length: number): StretchFigures[] {
  const groups = new Map<number, Guess[]>()
  for (const guess of guesses) {
    const group = Math.floor((guess.moveNumber - 1) / length)
    const others = groups.get(group)
    if (others) others.push(guess)
    else groups.set(group, [guess])
  }
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([group, own]) => {
      const { top1, top5, positions } = summarize(own)
      return { from: group * length + 1, to: (group + 1) * length, positions, top1, top5 }
    })
}
