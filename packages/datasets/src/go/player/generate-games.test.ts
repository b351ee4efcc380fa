// Generated games: legal, reproducible, finished, and different from one another; what the player must and must not do.

import { HostRandom } from '@deep-recipe/core-tensor'
import { describe, expect, it } from 'vitest'
import { DatasetError } from '../../errors.ts'
import { GoError } from '../errors.ts'
import { listMoves, replay } from '../games/game.ts'
import { parseBoard } from '../rules/draw.ts'
import { parseVertex } from '../rules/points.ts'
import { scoreArea } from '../rules/score.ts'
import { PASS } from '../rules/stones.ts'
import { chooseMove, generateGames } from './generate-games.ts'

describe('generateGames', { timeout: 30_000 }, () => {
  it.each([
    [5, 10],
    [9, 20],
    [13, 3],
    [19, 2],
  ])('plays legal games on %i lines to their end', (size, count) => {
    // biome-ignore format: short
    const games = generateGames({ count, size, seed: 3 })
    expect(games.length).toBe(count)
    for (const { game } of games) {
      const board = replay(game)
      expect(game.size).toBe(size)
      expect(board.passes === 2 || game.steps.length >= 1.5 * size * size - 1).toBe(true)
      expect(game.result).toBe(scoreArea(board, { komi: 7 }).result)
      // Not a game of passes: most of the board gets stones.
      expect(listMoves(game).length).toBeGreaterThan(size * size * 0.6)
    }
    expect(new Set(games.map(({ game }) => game.steps.join())).size).toBe(count)
  })

  it('depends on the seed and the number of the game alone', () => {
    const stepsOf = (count: number, seed: number): string[] =>
      generateGames({ count, seed }).map(({ game }) => game.steps.join())
    expect(stepsOf(4, 1).slice(0, 2)).toEqual(stepsOf(2, 1))
    expect(stepsOf(2, 2)).not.toEqual(stepsOf(2, 1))
    expect(generateGames({ count: 2, seed: 1 }).map(({ file }) => file)).toEqual(['generated/1', 'generated/2'])
  })

  it('captures, saves itself from atari, and fills no eye', () => {
    const choose = (drawing: string): number => chooseMove(parseBoard(drawing), PASS, new HostRandom(1), 0)
    const capture = '. O X . .\n. O X . .\n. X . . .\n. . . . .\n. . . . .'
    expect([0, 5]).toContain(choose(capture.replace('. O X . .\n. O', 'X O X . .\n. O')))
    const save = '. . . . .\n. O . . .\nO X . . .\n. O . . .\n. . . . .'
    expect(choose(save)).toBe(parseVertex('C3', 5))
    expect(choose('. X\nX X')).toBe(PASS)
  })

  it('refuses options out of range', () => {
    expect(() => generateGames({ count: 0, seed: 1 })).toThrow(DatasetError)
    expect(() => generateGames({ count: 1, seed: 0.5 })).toThrow(DatasetError)
    expect(() => generateGames({ count: 1, seed: 1, size: 4 })).toThrow(DatasetError)
    expect(() => generateGames({ count: 1, seed: 1, size: 26 })).toThrow(GoError)
    expect(() => generateGames({ count: 1, seed: 1, temperature: -1 })).toThrow(DatasetError)
  })
})
