// Games that a simple player plays against itself, for training that needs no download. Every choice depends on the seed and
// the number of the game alone.
import { HostRandom } from '@deep-recipe/core-tensor'
import { checkAmount, checkCount, checkSeed } from '../../options.ts'
import type { GoGame } from '../games/game.ts'
import { encodeMove } from '../games/steps.ts'
import type { FiledGame } from '../games/stream-games.ts'
import { Board } from '../rules/board.ts'
import { geometryOf } from '../rules/geometry.ts'
import { scoreArea } from '../rules/score.ts'
import { PASS } from '../rules/stones.ts'
import { MoveWeigher, worthPlaying } from './weigh-moves.ts'

/** How to play. */
export interface GenerateGamesOptions {
  readonly count: number
  /** Lines of the board, 5 to 25; default 9. */
  readonly size?: number
  readonly seed: number
  /** How much chance there is in each choice; 0 always plays the best. Default 0.5. */
  readonly temperature?: number
}

const komi = 7

/**
 * Games of a player that knows a little of tactics and shape, and nothing of strategy. Files are named `generated/1`, … so
 * that games can be divided like others.
 *
 * @throws DatasetError for options out of range.
 */
export function generateGames(options: GenerateGamesOptions): FiledGame[] {
  const { count, size = 9, seed, temperature = 0.5 } = options
  checkCount('generateGames: count', count, 1)
  checkCount('generateGames: size', size, 5)
  checkSeed('generateGames: seed', seed)
  checkAmount('generateGames: temperature', temperature, 0)
  geometryOf(size)
  const random = new HostRandom(seed)
  return Array.from({ length: count }, (_, at) => ({
    game: playGame(size, random.fork(at), temperature),
    file: `generated/${at + 1}`,
  }))
}

/** The move that the simple player would make, −1 for a pass; chance comes from `random` in the measure of `temperature`. */
export function chooseMove(board: Board, last: number, random: HostRandom, temperature: number = 0.5): number {
  return chooseWith(new MoveWeigher(board), board, last, random, temperature)
}

function playGame(size: number, random: HostRandom, temperature: number): GoGame {
  const board = new Board(size)
  const weigher = new MoveWeigher(board)
  const steps: number[] = []
  // Without superko a game may go round in circles; no sensible one is as long as this.
  const longest = Math.round(1.5 * size * size)
  for (let last = PASS; steps.length < longest && board.passes < 2; ) {
    const point = chooseWith(weigher, board, last, random, temperature)
    steps.push(encodeMove(board.toMove, point))
    board.play(point)
    last = point
  }
  return {
    size,
    steps: Uint16Array.from(steps),
    komi,
    handicap: 0,
    result: scoreArea(board, { komi }).result,
    ruleset: 'Chinese',
    black: { name: 'deep-recipe', rank: undefined },
    white: { name: 'deep-recipe', rank: undefined },
    date: undefined,
  }
}

/** The best of all weights with noise of Gumbel's distribution: a draw from their softmax at a temperature. */
function chooseWith(weigher: MoveWeigher, board: Board, last: number, random: HostRandom, temperature: number): number {
  let best = PASS
  let highest = Number.NEGATIVE_INFINITY
  for (let point = 0; point < board.geometry.area; point++) {
    const weight = weigher.weigh(point, board.toMove, last)
    if (weight < worthPlaying) continue
    const noise = temperature === 0 ? 0 : -temperature * Math.log(-Math.log(random.uniform() + 2 ** -25))
    if (weight + noise <= highest) continue
    highest = weight + noise
    best = point
  }
  return best
}
