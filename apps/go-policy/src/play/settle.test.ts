// Random play against positions whose end is known.
import { parseBoard, parseVertex } from '@deep-recipe/datasets/go'
import { describe, expect, test } from 'vitest'
import { findDeadStones, settle } from './settle.ts'

describe('settle', () => {
  test('what is alive without condition is owned in every game, and the margin is the area', () => {
    // Two walls with two eyes each: nobody can take anything.
    const board = parseBoard('. X X O O .\nX X X O O O\n. X X O O .\nX X X O O O\nX X X O O O\nX X X O O O')
    const { ownership, margin } = settle(board)
    expect(margin).toBe(0)
    expect(Array.from(ownership)).toEqual(Array.from({ length: 36 }, (_, point) => (point % 6 < 3 ? 1 : -1)))
  })

  test('stones without eyes in the midst of living ones are dead', () => {
    const board = parseBoard(
      [
        '. X . X . X . .',
        'X X X X X X X X',
        '. . . . . . . X',
        '. . O . . . . X',
        '. . . . . . . X',
        'X X X X X X X X',
        'X . X X . X X .',
        'X X X X X X X X',
      ].join('\n'),
      {},
      1,
    )
    const { ownership } = settle(board, { games: 100 })
    expect(findDeadStones(board, ownership)).toEqual([parseVertex('C5', 8)])
  })

  test('leaves the board alone, and gives the same for the same seed', () => {
    const board = parseBoard('. . . . .\n. X . O .\n. . . . .\n. O . X .\n. . . . .')
    const before = [...board.stones]
    const first = settle(board, { seed: 5 })
    expect([...board.stones]).toEqual(before)
    expect(settle(board, { seed: 5 })).toEqual(first)
    expect(settle(board, { seed: 6 })).not.toEqual(first)
  })
})
