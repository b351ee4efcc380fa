// From probabilities to moves: what is legal, what is sensible, when to pass and when to resign.
import { HostRandom } from '@deep-recipe/core-tensor'
import { Board, isEye, PASS, parseBoard, parseVertex } from '@deep-recipe/datasets/go'
import { describe, expect, test } from 'vitest'
import { chooseMove } from './choose-move.ts'

const flat = (size: number): Float32Array => new Float32Array(size * size).fill(1 / (size * size))
const favour = (size: number, ...vertices: string[]): Float32Array => {
  const worth = flat(size)
  vertices.forEach((vertex, rank) => {
    worth[parseVertex(vertex, size)] = 1 - rank / 10
  })
  return worth
}

describe('chooseMove', () => {
  test('takes the best move that is legal', () => {
    const board = parseBoard('. X .\nX . .\n. . .', {}, -1)
    // A3 would be suicide for white, B3 is taken.
    expect(chooseMove(board, -1, favour(3, 'A3', 'B3', 'C1'), { komi: 0 })).toBe(parseVertex('C1', 3))
  })

  test('does not fill its own eye, but does play into a false one', () => {
    const real = parseBoard('. X . . .\nX X . . .\n. . . . .\n. . . . .\n. . . . .')
    expect(chooseMove(real, 1, favour(5, 'A5', 'E1'), { komi: 0 })).toBe(parseVertex('E1', 5))
    const broken = parseBoard('. X . . .\nX O O . .\n. . . . .\n. . . . .\n. . . . .')
    expect(chooseMove(broken, 1, favour(5, 'A5', 'E1'), { komi: 0 })).toBe(parseVertex('A5', 5))
  })

  test('retakes no ko', () => {
    const board = parseBoard('. X O . .\nX . X O .\n. X O . .\n. . . . .\n. . . . .', {}, -1)
    board.play(parseVertex('B4', 5), -1)
    const taken = parseVertex('C4', 5)
    expect(board.stones[taken]).toBe(0)
    expect(chooseMove(board, 1, favour(5, 'C4', 'E1'), { komi: 0 })).toBe(parseVertex('E1', 5))
  })

  test('passes where nothing but its own eyes is left', () => {
    const board = parseBoard('. X X\nX X X\nX X .')
    expect(chooseMove(board, 1, flat(3), { komi: 0 })).toBe(PASS)
    // White can play nowhere at all.
    expect(chooseMove(board, -1, flat(3), { komi: 0 })).toBe(PASS)
  })

  const divided = `${Array.from({ length: 9 }, () => '. . . X X O O . .').join('\n')}`
  test('answers a pass with a pass where that wins, and plays on where it loses', () => {
    // Black has 45 points, white 36.
    const board = parseBoard(divided, {}, -1)
    board.pass(-1)
    expect(chooseMove(board, 1, favour(9, 'A1'), { komi: 7.5 })).toBe(PASS)
    expect(chooseMove(board, 1, favour(9, 'A1'), { komi: 9.5 })).toBe(parseVertex('A1', 9))
  })

  test('clears up before it passes, where it is asked to', () => {
    const board = parseBoard(divided, {}, -1)
    board.pass(-1)
    expect(chooseMove(board, 1, favour(9, 'A1'), { komi: 7.5, clearsUp: true })).toBe(parseVertex('A1', 9))
  })

  test('late in a game, it resigns what is lost by a quarter of the board, unless it must not', () => {
    const board = parseBoard(Array.from({ length: 9 }, () => '. X X O O . O O .').join('\n'))
    board.moveNumber = 60
    // Black has 27 points, white 54, and nobody can change that.
    expect(chooseMove(board, 1, favour(9, 'A1'), { komi: 7.5 })).toBe('resign')
    expect(chooseMove(board, 1, favour(9, 'A1'), { komi: 7.5, resigns: false })).not.toBe('resign')
    expect(chooseMove(board, -1, favour(9, 'J1'), { komi: 7.5 })).not.toBe('resign')
  })

  test('a temperature draws by the probabilities: p^(1/T)', () => {
    const board = new Board(5)
    const worth = new Float32Array(25)
    worth[3] = 0.8
    worth[7] = 0.2
    const count = (temperature: number): number => {
      let first = 0
      for (let seed = 0; seed < 2000; seed++) {
        const move = chooseMove(board, 1, worth, { komi: 0, temperature, seed })
        expect([3, 7]).toContain(move)
        if (move === 3) first++
      }
      return first / 2000
    }
    // Four deviations of 2000 draws: 0.036.
    expect(Math.abs(count(1) - 0.8)).toBeLessThan(0.036)
    expect(Math.abs(count(0.5) - 0.64 / 0.68)).toBeLessThan(0.036)
    expect(count(0)).toBe(1)
  })

  test('games of random opinions: every move legal, no eye filled, and an end', () => {
    const random = new HostRandom(3)
    for (let game = 0; game < 4; game++) {
      const board = new Board(7)
      let moves = 0
      while (board.passes < 2 && moves++ < 400) {
        const colour = board.toMove
        const worth = Float32Array.from({ length: 49 }, () => random.uniform())
        const move = chooseMove(board, colour, worth, { komi: 7.5, resigns: false, games: 8 }) as number
        if (move !== PASS) expect([board.isLegal(move, colour), isEye(board, move, colour)]).toEqual([true, false])
        board.play(move, colour)
      }
      expect(board.passes).toBe(2)
    }
  })
})
