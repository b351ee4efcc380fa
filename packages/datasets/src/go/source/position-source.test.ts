// The order of positions: each once in a pass, the same from any batch on, and every batch what a plain replay would give.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GoError } from '../errors.ts'
import { type GoGame, listMoves, replay } from '../games/game.ts'
import { encodePlanes } from '../planes/encode-planes.ts'
import { alphaGoPlanes, signedPlanes } from '../planes/features.ts'
import { PASS } from '../rules/stones.ts'
import { parseSgf, type SgfNode } from '../sgf/parse-sgf.ts'
import { readGame } from '../sgf/read-game.ts'
import { invertSymmetry, transformPlanes, transformPoint } from '../symmetry/symmetry.ts'
import type { PositionBatch } from './batch-writer.ts'
import { positionSource } from './position-source.ts'
import { streamPositions } from './stream-positions.ts'

function read(text: string): GoGame {
  const collection = parseSgf(text)
  return readGame(collection.games[0] as SgfNode, collection)
}

// Captures, passes, setup at the beginning and in between.
const games = [
  read('(;SZ[5];B[cc];W[cb];B[bb];W[];B[db];W[ca];B[ba];W[dd];B[da])'),
  read('(;SZ[5]AB[aa][ee]PL[W];W[cc];B[dd];AE[aa]AW[ab];W[dc];B[];W[ed];B[de])'),
  read('(;SZ[5];B[];W[])'),
  read('(;SZ[5];B[ab];W[aa];B[ba];W[ea])'),
]
const total = 8 + 5 + 4

/** What a position is known by, turned back as the planes say it must have been. */
function listPositions(batches: Iterable<PositionBatch>): string[] {
  return [...batches].flatMap(({ inputs, targets, count }) => {
    const stride = inputs.data.length / (targets.shape[0] as number)
    return Array.from(
      { length: count },
      (_, row) => `${inputs.data.slice(row * stride, (row + 1) * stride)}>${targets.data[row]}`,
    )
  })
}

/** All positions by plain replay. */
const expected = games.flatMap((game) =>
  listMoves(game).flatMap(({ point, colour }, move) => {
    if (point === PASS) return []
    return [`${encodePlanes(replay(game, move), signedPlanes, colour).data}>${point}`]
  }),
)

describe('positionSource', { timeout: 30_000 }, () => {
  it('in order gives what a replay of each game gives, with padding at the end', () => {
    const source = positionSource(games, { features: signedPlanes, batchSize: 4 })
    expect(source).toMatchObject({ length: 5, positions: total, size: 5, planes: 1 })
    const batches = [...source.epoch(0, 0)]
    expect(batches.map(({ count }) => count)).toEqual([4, 4, 4, 4, 1])
    expect([...(batches[4] as PositionBatch).weights.data]).toEqual([1, 0, 0, 0])
    expect(batches.every(({ inputs }) => inputs.shape.join() === '4,1,5,5')).toBe(true)
    // A position after setup in mid-game is reached only with that setup: compare the games without one.
    expect(listPositions(batches).slice(0, 8)).toEqual(expected.slice(0, 8))
    expect(listPositions(batches).slice(13)).toEqual(expected.slice(13))
    expect(batches.flatMap(({ moveNumbers }) => [...moveNumbers])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 1, 2, 3, 4, 0, 0, 0]) // biome-ignore format: short
    for (let start = 0; start < 5; start++) {
      expect(listPositions(source.epoch(1, start))).toEqual(listPositions(batches.slice(start)))
    }
  })

  it('with a seed gives each position once a pass, whatever the window, pass after pass', () => {
    const inOrder = listPositions(positionSource(games, { features: signedPlanes, batchSize: 1 }).epoch(0, 0)).sort()
    for (const window of [1, 2, 3, 100]) {
      const source = positionSource(games, { features: signedPlanes, batchSize: 1, seed: 7, window, symmetries: false })
      const passes = [0, 1, 2].map((epoch) => listPositions(source.epoch(epoch, 0)))
      for (const pass of passes) expect([...pass].sort()).toEqual(inOrder)
      expect(passes[0]).not.toEqual(passes[1])
      expect(passes[0]).toEqual(listPositions(source.epoch(0, 0)))
    }
  })

  it('goes on from any batch of any epoch with the same bits', () => {
    const options = { features: alphaGoPlanes, batchSize: 3, seed: 11, window: 2, batchesPerEpoch: 4 }
    const source = positionSource(games, options)
    const all = [0, 1, 2, 3].flatMap((epoch) => listPositions(source.epoch(epoch, 0)))
    expect(all.length).toBe(48)
    const property = fc.property(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 4 }), (epoch, start) => {
      const from = (epoch * 4 + start) * 3
      expect(listPositions(positionSource(games, options).epoch(epoch, start))).toEqual(
        all.slice(from, epoch * 12 + 12),
      )
    })
    fc.assert(property, { numRuns: 20, seed: 1 })
  })

  it('gives the same batches in one array where that is wanted', () => {
    const options = { features: alphaGoPlanes, batchSize: 3, seed: 11 }
    const own = [...positionSource(games, options).epoch(0, 0)].map(({ inputs }) => `${inputs.data}`)
    const shared = positionSource(games, { ...options, reuseInputs: true })
    const arrays = new Set<Float32Array>()
    let at = 0
    for (const { inputs } of shared.epoch(0, 0)) {
      expect(`${inputs.data}`).toBe(own[at++])
      arrays.add(inputs.data)
    }
    expect([at, arrays.size]).toEqual([own.length, 1])
  })

  it('turns planes and targets together', () => {
    const options = { features: alphaGoPlanes, batchSize: 1, seed: 3, window: 2 }
    const plain = [...positionSource(games, { ...options, symmetries: false }).epoch(0, 0)]
    const turned = [...positionSource(games, options).epoch(0, 0)]
    const seen = new Set<number>()
    turned.forEach((batch, at) => {
      const original = plain[at] as PositionBatch
      const fits = Array.from({ length: 8 }, (_, symmetry) => symmetry).filter(
        (symmetry) =>
          transformPoint(original.targets.data[0] as number, 5, symmetry) === batch.targets.data[0] &&
          `${transformPlanes(original.inputs.data, 5, symmetry)}` === `${batch.inputs.data}`,
      )
      expect(fits.length).toBeGreaterThan(0)
      if (fits.length === 1) seen.add(fits[0] as number)
    })
    expect(seen.size).toBeGreaterThan(3)
  })

  it('refuses boards of several sizes, games without moves, unknown planes', () => {
    const options = { features: signedPlanes, batchSize: 2 }
    expect(() => positionSource([...games, read('(;SZ[9];B[aa])')], options)).toThrow(/one size.*boards of 5, 9 lines/)
    expect(() => positionSource([], options)).toThrow(GoError)
    expect(() => positionSource([games[2] as GoGame], options)).toThrow(/games with moves/)
    expect(() => positionSource(games, { ...options, features: ['colour' as 'ko'] })).toThrow(/some of signed-stones/)
    expect(() => positionSource(games, { ...options, features: [] })).toThrow(/an empty list/)
    expect(() => positionSource(games, { ...options, batchSize: 0 })).toThrow(/batchSize/)
  })
})

describe('streamPositions', { timeout: 30_000 }, () => {
  it('gives each position of a stream once, from a window of games', async () => {
    for (const window of [1, 2, 10]) {
      const options = { size: 5, features: signedPlanes, batchSize: 4, seed: 1, window, symmetries: false }
      const batches: PositionBatch[] = []
      for await (const batch of streamPositions(games, options)) batches.push(batch)
      expect(batches.map(({ count }) => count)).toEqual([4, 4, 4, 4, 1])
      const inOrder = listPositions(positionSource(games, { features: signedPlanes, batchSize: 1 }).epoch(0, 0))
      expect(listPositions(batches).sort()).toEqual(inOrder.sort())
    }
    const wrong = streamPositions(games, { size: 9, features: signedPlanes, batchSize: 4, seed: 1 })
    await expect(wrong.next()).rejects.toThrow(/boards of 9 lines.*one of 5/)
  })
})

describe('symmetries', { timeout: 30_000 }, () => {
  it('are eight different ones, each undone by its inverse, that keep neighbours neighbours', () => {
    const seen = new Set<string>()
    for (let symmetry = 0; symmetry < 8; symmetry++) {
      const data = Float32Array.from({ length: 50 }, (_, at) => at)
      const turned = transformPlanes(data, 5, symmetry)
      seen.add(turned.join())
      expect(transformPlanes(turned, 5, invertSymmetry(symmetry))).toEqual(data)
      expect(transformPoint(PASS, 5, symmetry)).toBe(PASS)
      for (let point = 0; point < 25; point++) {
        const to = transformPoint(point, 5, symmetry)
        expect(turned[to]).toBe(point)
        if (point % 5 === 4) continue
        const other = transformPoint(point + 1, 5, symmetry)
        const distance = Math.abs(Math.floor(to / 5) - Math.floor(other / 5)) + Math.abs((to % 5) - (other % 5))
        expect(distance).toBe(1)
      }
    }
    expect(seen.size).toBe(8)
    expect([...transformPlanes(Uint8Array.of(1, 2, 3, 4), 2, 1)]).toEqual([2, 1, 4, 3])
    expect([...transformPlanes(Uint8Array.of(1, 2, 3, 4), 2, 2)]).toEqual([3, 4, 1, 2])
    expect([...transformPlanes(Uint8Array.of(1, 2, 3, 4), 2, 4)]).toEqual([1, 3, 2, 4])
    expect(() => transformPoint(0, 5, 8)).toThrow(GoError)
    expect(() => transformPlanes(new Float32Array(26), 5, 1)).toThrow(/whole boards/)
  })
})
