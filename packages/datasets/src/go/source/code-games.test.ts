// Positions coded one after the other, with what was known of the ones before, against each position looked at on its own.
import { HostRandom } from '@deep-recipe/core-tensor'
import { describe, expect, it } from 'vitest'
import { type GoGame, listMoves, replay, rulesOf } from '../games/game.ts'
import { encodeMove, encodeStep, stepKinds } from '../games/steps.ts'
import { PlaneEncoder } from '../planes/encode-planes.ts'
import { type Feature, featurePlanes } from '../planes/features.ts'
import { generateGames } from '../player/generate-games.ts'
import { Board } from '../rules/board.ts'
import { PASS } from '../rules/stones.ts'
import { positionSource } from './position-source.ts'

const features = Object.keys(featurePlanes) as Feature[]

/** A game of random moves up to a full board and beyond, with passes, and stones taken away by hand. */
function playAtRandom(size: number, ruleset: string, seed: number): GoGame {
  const random = new HostRandom(seed)
  const board = new Board(size, rulesOf(ruleset))
  const steps: number[] = []
  for (let move = 0; move < 2 * size * size; move++) {
    const colour = board.toMove
    const legal = board.legalMoves()
    const point =
      legal.length === 0 || random.integer(20) === 0 ? PASS : (legal[random.integer(legal.length)] as number)
    board.play(point, colour)
    steps.push(encodeMove(colour, point))
    // Now and then a stone goes, as in a record that was edited.
    const stone = board.stones.indexOf(1)
    if (stone < 0 || random.integer(40) !== 0) continue
    board.setUp([[stone, 0]])
    steps.push(encodeStep(stepKinds.setEmpty, stone))
  }
  const player = { name: undefined, rank: undefined }
  const rest = { komi: undefined, handicap: 0, result: undefined, date: undefined, black: player, white: player }
  return { size, steps: Uint16Array.from(steps), ruleset, ...rest }
}

/** Compares every position of a game, and counts those where stones are taken. */
function compare(game: GoGame): number {
  const source = positionSource([game], { features, batchSize: 1 })
  const moves = listMoves(game)
  const board = new Board(game.size, rulesOf(game.ruleset))
  const encoder = new PlaneEncoder(game.size, features)
  const wanted = new Float32Array(encoder.planes * game.size ** 2)
  const wrong: number[] = []
  let at = 0
  let captures = 0
  for (const { inputs, targets } of source.epoch(0, 0)) {
    while (moves[at]?.point === PASS) at++
    const move = moves[at]
    replay(game, at++, board)
    encoder.write(board, move?.colour ?? board.toMove, wanted.fill(0), 0)
    let same = targets.data[0] === move?.point
    for (let place = 0; place < wanted.length; place++) same &&= wanted[place] === inputs.data[place]
    if (!same) wrong.push(at)
    if (move && board.play(move.point, move.colour) > 0) captures++
  }
  expect(wrong).toEqual([])
  return captures
}

describe('positions coded one after the other', { timeout: 60_000 }, () => {
  it('have the planes of each looked at on its own, in games of random moves', () => {
    let captures = 0
    for (const size of [2, 3, 5, 7]) {
      for (const ruleset of ['Japanese', 'NZ']) {
        for (let seed = 0; seed < 2; seed++) captures += compare(playAtRandom(size, ruleset, seed))
      }
    }
    expect(captures).toBeGreaterThan(60)
  })

  it('and in games with ladders', () => {
    for (const { game } of generateGames({ count: 3, size: 13, seed: 3 })) compare(game)
  })
})
