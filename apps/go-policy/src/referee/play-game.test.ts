// The referee with players that keep to the rules, and with players that do not.
import { join } from 'node:path'
import { parseSgf, readGame } from '@deep-recipe/datasets/go'
import { afterEach, describe, expect, test } from 'vitest'
import { centralPolicy, randomPolicy } from '../fixtures/policies.ts'
import { openEngine } from '../gtp/engine.ts'
import { playGame } from './play-game.ts'
import { enginePlayer, type Player, programPlayer, splitLine } from './player.ts'
import { recordGame } from './record-game.ts'
import { measureShare, toElo } from './strength.ts'
import { describeTally, tally } from './tally.ts'

const players: Player[] = []
afterEach(async () => {
  for (const player of players.splice(0)) await player.close()
})

function engine(name: string, policy = centralPolicy(9), options = {}): Player {
  const settings = { policy, rules: {}, temperature: 0, resigns: false, seed: 1, description: name, ...options }
  return enginePlayer(name, openEngine(settings))
}

function bad(kind: string): Player {
  const script = join(import.meta.dirname, '../fixtures/bad-player.mjs')
  const player = programPlayer('bad', `"${process.execPath}" "${script}" ${kind}`)
  players.push(player)
  return player
}

const settings = { size: 7, komi: 7.5 }

describe('a game', () => {
  test('of two engines ends with two passes and a result, and its record can be read', async () => {
    const [black, white] = [engine('black', randomPolicy(7, 1)), engine('white', randomPolicy(7, 2))]
    const game = await playGame(black, white, white, settings)
    expect([game.illegal, game.errors]).toEqual([[], []])
    expect(game.moves.slice(-2)).toEqual([-1, -1])
    expect(game.result).toMatch(/^[BW]\+\d+\.5$/)
    expect(game.winner).toBe(game.result.startsWith('B') ? 1 : -1)
    const text = recordGame(game, { ...settings, black: 'a]b', white: 'w', date: '2024-03-01' })
    const collection = parseSgf(text)
    const read = readGame(collection.games[0] as never, collection)
    expect(read).toMatchObject({ size: 7, komi: 7.5, result: game.result, black: { name: 'a]b' } })
    expect(Array.from(read.steps, (step) => step & 1023)).toEqual(game.moves.map((move) => (move < 0 ? 1023 : move)))
  })

  test('ends where it is when it takes too long, or is aborted', async () => {
    const short = await playGame(engine('a'), engine('b'), engine('a'), { ...settings, mostMoves: 5 })
    expect(short.moves.length).toBe(5)
    const signal = AbortSignal.abort()
    expect(await playGame(engine('a'), engine('b'), engine('a'), { ...settings, signal })).toMatchObject({
      moves: [],
      winner: undefined,
      result: 'Void',
    })
  })
})

describe('breaches', () => {
  test.each([
    ['chats', { errors: [expect.stringContaining("bad's response to 'genmove white'")] }],
    ['numbers', { errors: [expect.stringContaining('received "=77 A1')] }],
    ['nonsense', { errors: ['bad: move 2, Z99 is no move'] }],
    ['fails', { errors: [expect.stringContaining("the failure 'no idea'")] }],
    ['ends', { errors: [expect.stringContaining('exit code 3')] }],
    ['repeats', { illegal: ['bad: move 4, A1: occupied'] }],
  ])('a player that %s forfeits', async (kind, faults) => {
    const us = engine('us')
    const game = await playGame(us, bad(kind), us, settings)
    expect(game).toMatchObject({ winner: 1, result: 'B+Forfeit', illegal: [], errors: [], ...faults })
  })

  test('resigning is no breach', async () => {
    const us = engine('us')
    expect(await playGame(bad('resigns'), us, us, settings)).toMatchObject({
      winner: -1,
      result: 'W+Resign',
      illegal: [],
      errors: [],
    })
  })

  test('a program that does not exist is named', async () => {
    const us = engine('us')
    const missing = programPlayer('missing', 'no-such-program-anywhere --mode gtp')
    players.push(missing)
    const game = await playGame(missing, us, us, settings)
    expect(game.errors[0]).toMatch(/no-such-program-anywhere.* does not start/)
  })
})

test('command lines are split at spaces outside of quotes', () => {
  expect(splitLine(`gnugo --mode gtp "a b"  'c "d'`)).toEqual(['gnugo', '--mode', 'gtp', 'a b', 'c "d'])
})

describe('strength', () => {
  test('shares with their intervals: values of the literature', () => {
    // Wilson's interval for 8 of 10: 0.490 to 0.943 (Newcombe, 1998, has such tables).
    const { share, low, high } = measureShare(8, 10)
    expect([share, low.toFixed(3), high.toFixed(3)]).toEqual([0.8, '0.490', '0.943'])
    const none = measureShare(0, 20)
    expect([none.low, none.high.toFixed(3)]).toEqual([0, '0.161'])
  })

  test('Elo: 10 to 1 is 400 points', () => {
    expect(toElo(10 / 11)).toBeCloseTo(400)
    expect(toElo(0.5)).toBeCloseTo(0)
  })

  test('a match adds up', () => {
    const record = { moves: [1, 2], result: '', illegal: [], errors: [] }
    const games = [
      { record: { ...record, winner: 1 as const }, colour: 1 as const },
      { record: { ...record, winner: 1 as const, errors: ['x'] }, colour: -1 as const },
      { record: { ...record, winner: undefined }, colour: 1 as const },
    ]
    const sum = tally(games)
    expect(sum).toEqual({ games: 3, won: 1, drawn: 1, wonAsBlack: 1, illegalMoves: 0, protocolErrors: 1, moves: 6 })
    expect(describeTally(sum, 'x', 9)[0]).toBe('3 games on 9 × 9 against x: 1 won (1 as black), 1 drawn, 1 lost.')
  })
})
