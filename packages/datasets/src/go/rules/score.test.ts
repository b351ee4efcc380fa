// Area scores of positions counted by hand, and the eye test.
import { describe, expect, it } from 'vitest'
import { GoError } from '../errors.ts'
import { Board } from './board.ts'
import { parseBoard } from './draw.ts'
import { isEye } from './eyes.ts'
import { formatSgfPoint, formatVertex, parseSgfPoint, parseVertex } from './points.ts'
import { scoreArea } from './score.ts'
import { BLACK, PASS, WHITE } from './stones.ts'

describe('scoreArea', () => {
  it('gives nobody the empty board, and all of it to a lone stone', () => {
    expect(scoreArea(new Board(9), { komi: 7.5 })).toMatchObject({ black: 0, white: 0, neutral: 81, result: 'W+7.5' })
    const board = new Board(9)
    board.play(40)
    expect(scoreArea(board, { komi: 7 })).toMatchObject({ black: 81, white: 0, margin: 74, result: 'B+74' })
  })

  it('counts stones and what they surround; shared points are neutral', () => {
    const board = parseBoard(`
      . X O . .
      X X O . .
      . X O O .
      X X . O O
      . X . O .`)
    // Black: 7 stones and A5, A3, A1. White: 7 stones and D5, E5, D4, E4, E3, E1. C2 and C1 touch both.
    const score = scoreArea(board)
    expect(score).toMatchObject({ black: 10, white: 13, neutral: 2, margin: -3, result: 'W+3' })
    expect(score.owners[0]).toBe(BLACK)
    expect(score.owners[4]).toBe(WHITE)
    expect(score.owners[17]).toBe(0)
    expect(scoreArea(board, { komi: -3 }).result).toBe('0')
  })

  it('takes dead chains off first', () => {
    const board = parseBoard(`
      . . X O .
      . O X O .
      . O X O .
      . . X O .
      . . X O .`)
    const alive = scoreArea(board)
    expect(alive).toMatchObject({ black: 5, white: 12, neutral: 8 })
    const dead = scoreArea(board, { dead: [parseVertex('B4', 5)] })
    expect(dead).toMatchObject({ black: 15, white: 10, neutral: 0, result: 'B+5' })
    expect(() => scoreArea(board, { dead: [0] })).toThrow(GoError)
    expect(() => scoreArea(board, { komi: Number.NaN })).toThrow(GoError)
  })
})

describe('isEye', () => {
  it('tells eyes from false eyes in the middle, at the edge and in the corner', () => {
    const board = parseBoard(`
      . X . X . X O
      X X X X X O .
      . X . X . . .
      X X X O . . .
      X X . X . . .
      . O X . . O X
      . . . . . X .`)
    expect(isEye(board, parseVertex('A7', 7), BLACK)).toBe(true)
    expect(isEye(board, parseVertex('C7', 7), BLACK)).toBe(true)
    expect(isEye(board, parseVertex('E7', 7), BLACK)).toBe(false) // edge, one diagonal white
    expect(isEye(board, parseVertex('C5', 7), BLACK)).toBe(true) // one diagonal white
    expect(isEye(board, parseVertex('C3', 7), BLACK)).toBe(false) // two diagonals white
    expect(isEye(board, parseVertex('G1', 7), BLACK)).toBe(false) // corner, diagonal white
    expect(isEye(board, parseVertex('A7', 7), WHITE)).toBe(false)
    expect(isEye(board, parseVertex('B7', 7), BLACK)).toBe(false)
  })
})

describe('points', () => {
  it('are written as vertices and as SGF letters', () => {
    expect(formatVertex(0, 19)).toBe('A19')
    expect(formatVertex(360, 19)).toBe('T1')
    expect(formatVertex(8, 9)).toBe('J9')
    expect(formatVertex(PASS, 9)).toBe('pass')
    expect(parseVertex('j9', 9)).toBe(8)
    expect(parseVertex('PASS', 9)).toBe(PASS)
    expect(formatSgfPoint(8, 9)).toBe('ia')
    expect(parseSgfPoint('ia', 9)).toBe(8)
    for (let point = 0; point < 625; point++) {
      expect(parseVertex(formatVertex(point, 25), 25)).toBe(point)
      expect(parseSgfPoint(formatSgfPoint(point, 25), 25)).toBe(point)
    }
    for (const text of ['I5', 'K1', 'A0', 'A10', '', 'A', 'resign']) expect(() => parseVertex(text, 9)).toThrow(GoError)
    for (const text of ['ja', 'aj', 'a', 'abc', 'AA', '']) expect(parseSgfPoint(text, 9)).toBeUndefined()
  })
})
