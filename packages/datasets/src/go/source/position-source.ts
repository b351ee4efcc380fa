// Batches of positions for training: games stay in memory as two bytes a move, positions and planes are made as they are
// needed, and the order depends on the seed alone, so that training can stop after any batch and go on later.
import { checkCount, checkSeed } from '../../options.ts'
import { GoError } from '../errors.ts'
import type { GoGame } from '../games/game.ts'
import type { FiledGame } from '../games/stream-games.ts'
import { countPlanes, type Feature } from '../planes/features.ts'
import { BatchWriter, type PositionBatch } from './batch-writer.ts'
import { countPositions } from './code-games.ts'
import { PositionDraw } from './draw-positions.ts'
import { listStretches } from './stretch-window.ts'

/** What batches hold. */
export interface PositionOptions {
  readonly features: readonly Feature[]
  readonly batchSize: number
  /**
   * Stretches of 32 positions of a game that are open at a time, for the next position to come from one of them at random; more mix
   * better and take more memory, 23 kB each for 19 lines, whatever the planes. Default 512.
   */
  readonly window?: number
  /**
   * Let all batches share one array of planes, which the next batch overwrites: spares the memory of millions of bytes a batch.
   * For loops that are done with a batch when they ask for the next, as those of `fit` and `evaluateModel` are. Default false.
   */
  readonly reuseInputs?: boolean
}

/** How to draw positions. */
export interface PositionSourceOptions extends PositionOptions {
  /**
   * Draws positions at random, each once in a pass over all games, pass after pass. Without a seed they come in order, and the
   * last batch is filled up with positions of weight 0.
   */
  readonly seed?: number
  /** Turn or mirror each position at random; default true with a seed, impossible without. */
  readonly symmetries?: boolean
  /** Batches that make an epoch; default as many as a pass has. With a seed the next epoch goes on where the last one ended. */
  readonly batchesPerEpoch?: number
}

/** A source as `fit` of @deep-recipe/training takes it. */
export interface PositionSource {
  /** Batches in an epoch. */
  readonly length: number
  /** Positions in a pass over all games. */
  readonly positions: number
  readonly size: number
  /** Planes of a position. */
  readonly planes: number
  /** The batches of an epoch from number `start` on: the same ones each time. */
  epoch(epoch: number, start: number): Iterable<PositionBatch>
}

/**
 * A source of positions of games in memory. Positions before passes are left out: the target is always a point.
 *
 * @throws GoError for games on boards of several sizes, for games without a move, and for features that do not exist.
 */
export function positionSource(games: readonly (GoGame | FiledGame)[], options: PositionSourceOptions): PositionSource {
  const { features, batchSize, seed, window = 512, symmetries = true } = options
  checkCount('positionSource: batchSize', batchSize, 1)
  checkCount('positionSource: window', window, 1)
  if (seed !== undefined) checkSeed('positionSource: seed', seed)
  const plain = games.map((entry) => ('game' in entry ? entry.game : entry))
  const size = findSize(plain)
  const planes = countPlanes(features)
  const counts = Int32Array.from(plain, countPositions)
  const positions = counts.reduce((sum, count) => sum + count, 0)
  if (positions === 0) failWithoutMoves(plain.length)
  const makeWriter = (open: number): BatchWriter =>
    new BatchWriter({ size, features, batchSize, window: open, reuseInputs: options.reuseInputs ?? false })
  const inPass = seed === undefined ? Math.ceil(positions / batchSize) : Math.max(1, Math.floor(positions / batchSize))
  const wanted = options.batchesPerEpoch ?? inPass
  checkCount('positionSource: batchesPerEpoch', wanted, 1)
  const length = seed === undefined ? Math.min(wanted, inPass) : wanted
  return {
    length,
    positions,
    size,
    planes,
    epoch: (epoch, start) => {
      if (seed === undefined) return readInOrder(plain, counts, makeWriter(1), start, length, batchSize)
      const draw = new PositionDraw(plain, counts, window, seed)
      draw.seek((epoch * length + start) * batchSize)
      return drawBatches(draw, makeWriter(draw.window), length - start, symmetries)
    },
  }
}

function* drawBatches(
  draw: PositionDraw,
  writer: BatchWriter,
  batches: number,
  symmetries: boolean,
): Generator<PositionBatch> {
  for (let batch = 0; batch < batches; batch++) {
    while (!writer.full) {
      const drawn = draw.next()
      writer.add(drawn, symmetries ? draw.symmetry : 0)
    }
    yield writer.take()
  }
}

function* readInOrder(
  games: readonly GoGame[],
  counts: Int32Array,
  writer: BatchWriter,
  start: number,
  end: number,
  batchSize: number,
): Generator<PositionBatch> {
  let skip = start * batchSize
  let batch = start
  for (let at = 0; at < games.length && batch < end; at++) {
    const count = counts[at] as number
    if (skip >= count) {
      skip -= count
      continue
    }
    for (const stretch of listStretches(games[at] as GoGame)) {
      for (let index = Math.max(stretch.first, skip); index < stretch.end && batch < end; index++) {
        writer.add({ stretch, slot: 0, index }, 0)
        if (!writer.full) continue
        yield writer.take()
        batch++
      }
    }
    skip = 0
  }
  if (writer.count > 0 && batch < end) yield writer.take()
}

function findSize(games: readonly GoGame[]): number {
  const sizes = [...new Set(games.map(({ size }) => size))].sort((left, right) => left - right)
  const [size] = sizes
  if (size !== undefined && sizes.length === 1) return size
  throw new GoError({
    what: 'positionSource',
    expected: 'games on boards of one size',
    received: sizes.length === 0 ? 'no games' : `boards of ${sizes.join(', ')} lines`,
    remedy: 'Read games with the option size.',
  })
}

function failWithoutMoves(games: number): never {
  throw new GoError({
    what: 'positionSource',
    expected: 'games with moves',
    received: `${games} without`,
    remedy: 'Read games with minimumMoves: 1.',
  })
}
