// Positions and batches against playing the games by hand.
import {
  Board,
  encodePlanes,
  type GoGame,
  parseSgf,
  readGame,
  transformPlanes,
  transformPoint,
} from '@deep-recipe/datasets/go'
import { describe, expect, test } from 'vitest'
import { choosePositions, fill, measuringBatches, trainingBatches } from './batches.ts'
import { encodePositions, featuresOf, indexPositions } from './positions.ts'

function read(text: string): GoGame {
  const collection = parseSgf(text)
  return readGame(collection.games[0] as never, collection)
}

const games = [
  read('(;GM[1]SZ[5];B[aa];W[bb];B[];W[cc];B[dd])'),
  read('(;GM[1]SZ[5]AB[aa][ab]PL[W];W[ee];B[ed];W[de])'),
]
/** All positions before a move that is no pass: the points, and whose they are. */
const moves = [0, 6, 12, 18, 24, 19, 23]

describe('positions', () => {
  const positions = indexPositions(games, 5, 'rich')

  test('are those before each move, passes left out, setup played', () => {
    expect(positions.length).toBe(7)
    const { inputs, targets, moveNumbers } = encodePositions(positions, [0, 1, 2, 3, 4, 5, 6])
    expect([...targets.data]).toEqual(moves)
    expect(moveNumbers).toEqual([1, 2, 4, 5, 1, 2, 3])
    expect(inputs.shape).toEqual([7, 48, 5, 5])
  })

  test('have the planes of the board as it was, seen by the player to move', () => {
    for (const planes of ['rich', 'single'] as const) {
      const { inputs } = encodePositions(indexPositions(games, 5, planes), [2, 5])
      const size = inputs.data.length / 2
      const first = new Board(5)
      for (const point of [0, 6, -1]) first.play(point)
      expect(inputs.data.slice(0, size)).toEqual(encodePlanes(first, featuresOf(planes), -1).data)
      const second = new Board(5)
      second.setUp([
        [0, 1],
        [5, 1],
      ])
      second.play(24, -1)
      expect(inputs.data.slice(size)).toEqual(encodePlanes(second, featuresOf(planes), 1).data)
    }
  })

  test('turned and mirrored, planes and moves alike', () => {
    for (let symmetry = 0; symmetry < 8; symmetry++) {
      const plain = encodePositions(positions, [3])
      const turned = encodePositions(positions, [3], [symmetry])
      expect(turned.inputs.data).toEqual(transformPlanes(plain.inputs.data as Float32Array, 5, symmetry))
      expect([...turned.targets.data]).toEqual([transformPoint(plain.targets.data[0] as number, 5, symmetry)])
    }
  })
})

describe('batches', () => {
  const positions = indexPositions(games, 5, 'single')
  const options = { batchSize: 3, seed: 5, stepsPerPart: 4 }

  async function collect(part: number, start: number, settings = options) {
    const batches: { readonly inputs: unknown; readonly targets: unknown }[] = []
    for await (const batch of trainingBatches(positions, settings).epoch(part, start)) batches.push(batch)
    return batches
  }

  test('each pass has each position once, in an order of its own', async () => {
    const bare = { ...options, batchSize: 7, stepsPerPart: 6 }
    const passes = await collect(0, 0, bare)
    expect(passes.length).toBe(6)
    // Which position it was: the targets, whatever the symmetry, up to it; the games are told apart by the stones.
    const signatures = passes.map((batch) => {
      const { data } = batch.inputs as { data: Float32Array }
      return Array.from({ length: 7 }, (_, row) =>
        data.subarray(row * 25, (row + 1) * 25).reduce((sum, stone) => sum * 3 + Math.abs(stone), 0) === 0
          ? 0
          : data.subarray(row * 25, (row + 1) * 25).filter((stone) => stone !== 0).length,
      )
    })
    // Stones on the board in the seven positions: 0, 1, 2, 3 and 2, 3, 4.
    for (const one of signatures) expect([...one].sort()).toEqual([0, 1, 2, 2, 3, 3, 4])
    expect(new Set(signatures.map(String)).size).toBeGreaterThan(1)
  })

  test('are the same whenever a run goes on, and others for another seed', async () => {
    const whole = await collect(1, 0)
    expect(await collect(1, 2)).toEqual(whole.slice(2))
    expect(await collect(0, 0)).not.toEqual(whole)
    expect(await collect(1, 0, { ...options, seed: 6 })).not.toEqual(whole)
  })

  test('to measure on: each position counts once, and one shape is enough', () => {
    const source = measuringBatches(positions, [0, 2, 4, 6, 5], 3)
    const batches = [...(source.epoch(0, 0) as Iterable<{ targets: { data: Int32Array }; weights: Float32Array }>)]
    expect(source.length).toBe(2)
    const counted = batches.flatMap(({ targets, weights }) => [...targets.data].filter((_, row) => weights[row] === 1))
    expect(counted).toEqual([0, 12, 24, 23, 19])
    expect(batches.map(({ weights }) => weights.length)).toEqual([3, 3])
  })

  test('a choice of positions is always the same, without repetition', () => {
    expect(choosePositions(3, 5, 1)).toEqual([0, 1, 2])
    const chosen = choosePositions(1000, 50, 1)
    expect(chosen).toEqual(choosePositions(1000, 50, 1))
    expect(new Set(chosen).size).toBe(50)
    expect(chosen).not.toEqual(choosePositions(1000, 50, 2))
    expect(fill([7, 8], 4)).toEqual([7, 8, 7, 7])
  })
})
