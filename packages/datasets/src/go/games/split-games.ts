// Divides games into those to learn from and those to test on: by file, so that whatever comes from one file, such as games of
// one player against one opponent, stays together, and so that a game's side does not depend on the other games.
import { HostRandom } from '@deep-recipe/core-tensor'
import { checkSeed } from '../../options.ts'
import { GoError } from '../errors.ts'
import type { FiledGame } from './stream-games.ts'

/** How to divide. */
export interface SplitGamesOptions {
  /** Share of the files to hold out, above 0 and below 1; default 0.1. */
  readonly heldOut?: number
  readonly seed: number
}

/** The two sides, each in the order in which the games came. */
export interface GameSplit {
  readonly train: readonly FiledGame[]
  readonly heldOut: readonly FiledGame[]
}

/** @throws GoError for a share that is not between 0 and 1, and where one side would be empty. */
export function splitGames(games: readonly FiledGame[], options: SplitGamesOptions): GameSplit {
  const train: FiledGame[] = []
  const heldOut: FiledGame[] = []
  for (const game of games) (isHeldOut(game.file, options) ? heldOut : train).push(game)
  if (train.length > 0 && heldOut.length > 0) return { train, heldOut }
  throw new GoError({
    what: 'splitGames',
    expected: 'enough files for both sides',
    received: `${train.length} games to learn from, ${heldOut.length} held out`,
    remedy: 'Give more files, or another share or seed.',
  })
}

/** Whether the games of a file are held out: a function of its name and the seed alone. */
export function isHeldOut(file: string, { heldOut = 0.1, seed }: SplitGamesOptions): boolean {
  checkSeed('splitGames: seed', seed)
  if (!(heldOut > 0 && heldOut < 1)) {
    throw new GoError({
      what: 'splitGames: heldOut',
      expected: 'a share above 0 and below 1',
      received: String(heldOut),
      remedy: 'Give a share such as 0.1.',
    })
  }
  return new HostRandom(seed).fork(hashText(file)).uniform() < heldOut
}

/** FNV-1a over the UTF-16 units of a text, 32 bits. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}
