// Batches of positions of any number of games, read as they come: of a collection that does not fit in memory, only a window
// of games is there at a time.
import { HostRandom } from '@deep-recipe/core-tensor'
import { checkCount, checkSeed } from '../../options.ts'
import { GoError } from '../errors.ts'
import type { GoGame } from '../games/game.ts'
import type { FiledGame } from '../games/stream-games.ts'
import { PlaneEncoder } from '../planes/encode-planes.ts'
import { BatchWriter, type PositionBatch } from './batch-writer.ts'
import { countPositions, GameCursor } from './game-cursor.ts'
import type { PositionOptions } from './position-source.ts'

/** How to draw from a stream. */
export interface StreamPositionsOptions extends PositionOptions {
  /** The size of all boards. */
  readonly size: number
  readonly seed: number
  /** Turn or mirror each position at random; default true. */
  readonly symmetries?: boolean
}

interface OpenGame {
  readonly cursor: GameCursor
  readonly count: number
  readonly first: number
  done: number
}

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
  const { size, features, batchSize, seed, window = 1024, symmetries = true } = options
  checkCount('streamPositions: batchSize', batchSize, 1)
  checkCount('streamPositions: window', window, 1)
  checkSeed('streamPositions: seed', seed)
  const random = new HostRandom(seed)
  const writer = new BatchWriter(new PlaneEncoder(size, features), batchSize, options.reuseInputs)
  const open: OpenGame[] = []
  const draw = (): void => {
    const slot = random.integer(open.length)
    const drawn = open[slot] as OpenGame
    writer.add(drawn.cursor, (drawn.first + drawn.done) % drawn.count, symmetries ? random.bits() & 7 : 0)
    if (++drawn.done < drawn.count) return
    const last = open.pop() as OpenGame
    if (slot < open.length) open[slot] = last
  }
  for await (const entry of games) {
    const game = 'game' in entry ? entry.game : entry
    const count = countPositions(game)
    if (game.size !== size) failOnSize(game.size, size)
    if (count === 0) continue
    open.push({ cursor: new GameCursor(game), count, first: random.integer(count), done: 0 })
    while (open.length >= window) {
      draw()
      if (writer.full) yield writer.take()
    }
  }
  while (open.length > 0) {
    draw()
    if (writer.full) yield writer.take()
  }
  if (writer.count > 0) yield writer.take()
}

function failOnSize(received: number, expected: number): never {
  throw new GoError({
    what: 'streamPositions',
    expected: `games on boards of ${expected} lines`,
    received: `one of ${received}`,
    remedy: 'Stream games with the option size.',
  })
}
