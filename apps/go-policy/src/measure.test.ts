// The figures against counting by hand.
import { parseSgf, readGame, signedPlanes } from '@deep-recipe/datasets/go'
import { describe, expect, test } from 'vitest'
import { countAhead, measureMoves } from './measure.ts'

test('a choice comes after all that are larger, and after equal ones before it', () => {
  expect([0, 1, 2, 3].map((target) => countAhead([0.2, 0.5, 0.2, 0.1], target))).toEqual([1, 0, 2, 3])
})

describe('measureMoves', () => {
  const collection = parseSgf('(;GM[1]SZ[5];B[aa];W[ba];B[ca];W[da];B[ea];W[ab];B[bb])')
  const games = [readGame(collection.games[0] as never, collection)]
  /** Thinks always the same: A5 first, then B5, C5…, with probabilities that halve. */
  const network = {
    run: async ({ shape }: { shape: readonly number[] }) =>
      Float32Array.from({ length: (shape[0] as number) * 25 }, (_, i) => -((i % 25) + 1) * Math.LN2),
    close: () => {},
  }

  test('shares, cross-entropy, and stretches of the game', async () => {
    const figures = await measureMoves(network, games, signedPlanes)
    expect(figures.positions).toBe(7)
    expect(figures.top1).toBeCloseTo(1 / 7)
    expect(figures.top5).toBeCloseTo(5 / 7)
    // Moves are points 0, 1, 2, 3, 4, 5, 6.
    expect(figures.loss).toBeCloseTo((Math.LN2 * (1 + 2 + 3 + 4 + 5 + 6 + 7)) / 7)
    expect(figures.stretches).toEqual([
      { from: 1, to: 5, positions: 5, top1: 0.2, top5: 1 },
      { from: 6, to: 10, positions: 2, top1: 0, top5: 0 },
    ])
  })

  test('tells how far it is, and stops when it is told to', async () => {
    const done: number[] = []
    await measureMoves(network, games, signedPlanes, { onProgress: (count) => done.push(count) })
    expect(done).toEqual([7])
    await expect(measureMoves(network, games, signedPlanes, { signal: AbortSignal.abort() })).rejects.toThrow()
  })
})
