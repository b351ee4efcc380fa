// Batches of positions of any number of games, read as they come: of a collection that does not fit in memory, only a few
// hundred games are there at a time.
import { HostRandom } from '@deep-recipe/core-tensor'
import { checkCount, checkSeed } from '../../options.ts'
import { GoError } from '../errors.ts'
import type { GoGame } from '../games/game.ts'
import type { FiledGame } from '../games/stream-games.ts'
import { BatchWriter, type PositionBatch } from './batch-writer.ts'
import type { PositionOptions } from './position-source.ts'
import { listStretches, type Stretch, StretchWindow } from './stretch-window.ts'

/** How to draw from a stream. */
export interface StreamPositionsOptions extends PositionOptions {
  /** The size of all boards. */
  readonly size: number
  readonly seed: number
  /** Turn or mirror each position at random; default true. */
  readonly symmetries?: boolean
}

/** Stretches that wait, for each that is open: about as many as a game has, so that neighbours come from as many games. */
const waitingForEach = 8

/**
 * One pass over a stream of games, such as `streamGames` gives: each position once, drawn at random from a window of games. The
 * last batch is filled up with positions of weight 0.
 *
 * @throws GoError for a game on a board of another size, and for features that do not exist.
 */
export async function* streamPositions(
  games: AsyncIterable<GoGame | FiledGame> | Iterable<GoGame | FiledGame>,
  options: StreamPositionsOptions,
): AsyncGenerator<PositionBatch> {
  const { size, features, batchSize, seed, window = 512, symmetries = true, reuseInputs = false } = options
  checkCount('streamPositions: batchSize', batchSize, 1)
  checkCount('streamPositions: window', window, 1)
  checkSeed('streamPositions: seed', seed)
  const random = new HostRandom(seed)
  const writer = new BatchWriter({ size, features, batchSize, window, reuseInputs })
  const waiting: Stretch[] = []
  const open = new StretchWindow(window, random, () => takeRandom(waiting, random))
  const draw = (): void => {
    const drawn = open.draw()
    writer.add(drawn, symmetries ? random.bits() & 7 : 0)
  }
  for await (const entry of games) {
    const game = 'game' in entry ? entry.game : entry
    if (game.size !== size) failOnSize(game.size, size)
    waiting.push(...listStretches(game))
    while (waiting.length >= window * waitingForEach && open.fill()) {
      draw()
      if (writer.full) yield writer.take()
    }
  }
  while (open.fill()) {
    draw()
    if (writer.full) yield writer.take()
  }
  if (writer.count > 0) yield writer.take()
}

function takeRandom(waiting: Stretch[], random: HostRandom): Stretch | undefined {
  if (waiting.length === 0) return undefined
  const at = random.integer(waiting.length)
  const taken = waiting[at]
  const last = waiting.pop() as Stretch
  if (at < waiting.length) waiting[at] = last
  return taken
}

function failOnSize(received: number, expected: number): never {
  throw new GoError({
    what: 'streamPositions',
    expected: `games on boards of ${expected} lines`,
    received: `one of ${received}`,
    remedy: 'Stream games with the option size.',
  })
}
