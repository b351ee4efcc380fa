// The rules: positions every player knows, and random games against rules written as simply as they can be.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GoError, IllegalMoveError } from '../errors.ts'
import { Board } from './board.ts'
import { drawBoard, parseBoard } from './draw.ts'
import { NaiveGame, walkChain } from './fixtures/naive-rules.ts'
import { parseVertex } from './points.ts'
import { BLACK, type Colour, PASS, WHITE } from './stones.ts'

const lettersOf = (board: Board): string => drawBoard(board).replace(/\s/g, '')

function play(board: Board, ...vertices: string[]): void {
  for (const vertex of vertices) board.play(parseVertex(vertex, board.size))
}

describe('Board', { timeout: 30_000 }, () => {
  it('captures a stone, a chain and several chains at once', () => {
    const board = parseBoard(`
      . X . . .
      X O X . .
      . . . . .
      . . . . .
      . . . . .`)
    expect(board.play(parseVertex('B3', 5))).toBe(1)
    expect(board.stones[6]).toBe(0)
    expect(board.captured).toEqual({ black: 1, white: 0 })
    const several = parseBoard(`
      . O X . .
      O X . . .
      X . . . .
      . . . . .
      . . . . .`)
    expect(several.play(0)).toBe(2)
    expect(drawBoard(several)).toBe('X . X . .\n. X . . .\nX . . . .\n. . . . .\n. . . . .')
  })

  it('forbids retaking a ko at once, and allows it after a move elsewhere', () => {
    const board = parseBoard(`
      . X O . .
      X O . O .
      . X O . .
      . . . . .
      . . . . .`)
    expect(board.play(parseVertex('C4', 5))).toBe(1)
    const retake = parseVertex('B4', 5)
    expect(board.explainIllegal(retake)).toBe('ko')
    expect(() => board.play(retake)).toThrow(IllegalMoveError)
    expect(() => board.play(retake)).toThrow(/white's move 2 at B4.*retakes the ko/)
    // Only the opponent is bound, and only for one move.
    expect(board.isLegal(retake, BLACK)).toBe(true)
    play(board, 'A1', 'E1')
    expect(board.play(retake)).toBe(1)
  })

  it('knows a snapback: taking the stone thrown in loses three', () => {
    const board = parseBoard(`
      . O X . .
      . O X . .
      X X . . .
      . . . . .
      . . . . .`)
    expect(board.play(parseVertex('A5', 5))).toBe(0)
    expect(board.play(parseVertex('A4', 5))).toBe(1)
    expect(board.koPoint).toBe(-1)
    expect(board.play(parseVertex('A5', 5))).toBe(3)
    expect(drawBoard(board)).toBe('X . X . .\n. . X . .\nX X . . .\n. . . . .\n. . . . .')
  })

  it.each(['simple', 'superko'] as const)('by %s rules, "sending two, returning one" is a cycle or is not', (ko) => {
    const drawing = '. X . X .\nO O X X .\n. O X . .\n. . . . .\n. . . . .'
    const board = parseBoard(drawing, { ko })
    expect(board.play(parseVertex('A5', 5))).toBe(0)
    expect(board.play(parseVertex('C5', 5))).toBe(2)
    const last = parseVertex('B5', 5)
    expect(board.explainIllegal(last)).toBe(ko === 'superko' ? 'superko' : undefined)
    if (ko === 'superko') return
    board.play(last)
    expect(drawBoard(board)).toBe(drawing)
  })

  it('forbids suicide, or takes the stones off where the rules allow it', () => {
    const drawing = `
      . O . . .
      O X O . .
      . O . . .
      . . . . .
      . . . . .`
    const board = parseBoard(drawing.replace('X', '.'))
    expect(board.explainIllegal(parseVertex('A5', 5), BLACK)).toBe('suicide')
    expect(board.explainIllegal(parseVertex('B4', 5), BLACK)).toBe('suicide')
    expect(board.explainIllegal(parseVertex('B4', 5), WHITE)).toBeUndefined()
    const lenient = parseBoard(
      `
      . X O . .
      O O . . .
      . . . . .
      . . . . .
      . . . . .`,
      { suicide: true },
    )
    expect(lenient.play(0, BLACK)).toBe(0)
    expect(drawBoard(lenient)).toBe('. . O . .\nO O . . .\n. . . . .\n. . . . .\n. . . . .')
    expect(lenient.captured).toEqual({ black: 0, white: 2 })
    lenient.undo()
    expect(drawBoard(lenient)).toBe('. X O . .\nO O . . .\n. . . . .\n. . . . .\n. . . . .')
    expect(lenient.captured).toEqual({ black: 0, white: 0 })
  })

  it('says why a move is not allowed', () => {
    const board = new Board(9)
    play(board, 'E5')
    expect(board.explainIllegal(40)).toBe('occupied')
    expect(board.explainIllegal(81)).toBe('off the board')
    expect(board.explainIllegal(-2)).toBe('off the board')
    expect(board.explainIllegal(1.5)).toBe('off the board')
    expect(board.explainIllegal(PASS)).toBeUndefined()
    expect(() => board.play(40)).toThrow(/white's move 2 at E5: expected a move that the rules allow.*stone on it/)
    expect(board.moveNumber).toBe(1)
    for (const size of [1, 26, 9.5]) expect(() => new Board(size)).toThrow(GoError)
  })

  it('counts passes in a row, and moves out of turn', () => {
    const board = new Board(9)
    play(board, 'pass', 'pass')
    expect([board.passes, board.toMove]).toEqual([2, BLACK])
    board.play(3, WHITE)
    expect([board.passes, board.toMove]).toEqual([0, BLACK])
    board.undo()
    expect([board.passes, board.toMove]).toEqual([2, BLACK])
    expect([board.undo(), board.undo(), board.undo()]).toEqual([true, true, false])
  })

  it('sets up positions, and refuses those with a chain that has no liberty without changing anything', () => {
    const board = new Board(5)
    play(board, 'A1')
    const before = drawBoard(board)
    const enclosed = [[0, WHITE], [1, BLACK], [5, BLACK]] as const // biome-ignore format: short
    expect(() => board.setUp(enclosed)).toThrow(/chain at A5 after setUp.*at least one liberty/)
    expect(() => board.setUp([[0, WHITE], [25, BLACK]])).toThrow(GoError) // biome-ignore format: short
    expect(drawBoard(board)).toBe(before)
    expect([board.moveNumber, board.toMove]).toEqual([1, WHITE])
    board.setUp([[0, WHITE], [20, 0]]) // biome-ignore format: short
    expect(drawBoard(board)).toBe(`O${before.slice(1).replace('X', '.')}`)
  })

  /** Tromp and Farnebäck, "Combinatorics of Go", table of the number of legal positions. */
  it.each([
    [2, 57],
    [3, 12675],
  ])('finds the published number of legal positions on a square of %i: %i', (size, legal) => {
    const area = size * size
    const board = new Board(size)
    let count = 0
    for (let code = 0; code < 3 ** area; code++) {
      const contents = Array.from({ length: area }, (_, point) => (Math.floor(code / 3 ** point) % 3) - 1)
      try {
        board.setUp(contents.map((content, point) => [point, content as Colour | 0] as const))
        count++
      } catch (error) {
        expect(error).toBeInstanceOf(IllegalMoveError)
      }
    }
    expect(count).toBe(legal)
  })
})

const anyRules = fc.record({ suicide: fc.boolean(), ko: fc.constantFrom('simple' as const, 'superko' as const) })
const choices = fc.array(fc.integer({ min: 0, max: 9999 }), { minLength: 1, maxLength: 120 })

/** Plays a random game on a board and by the naive rules; every tenth move or so is a pass. */
function playBoth(board: Board, naive: NaiveGame, numbers: readonly number[], check: () => void): void {
  for (const number of numbers) {
    const letter = board.toMove === BLACK ? 'X' : 'O'
    const legal = [...naive.position].flatMap((_, point) => {
      const after = naive.after(point, letter)
      return after === undefined ? [] : [{ point, after }]
    })
    expect(board.legalMoves()).toEqual(legal.map(({ point }) => point))
    const chosen = number % 10 === 0 ? undefined : legal[number % Math.max(1, legal.length)]
    board.play(chosen?.point ?? PASS)
    naive.positions.push(chosen?.after ?? naive.position)
    check()
  }
}

describe('random games', { timeout: 30_000 }, () => {
  it('allow the same moves, and lead to the same positions and liberties, as the naive rules', () => {
    const property = fc.property(fc.integer({ min: 2, max: 6 }), anyRules, choices, (size, rules, numbers) => {
      const board = new Board(size, rules)
      const naive = new NaiveGame(size, rules)
      playBoth(board, naive, numbers, () => {
        expect(lettersOf(board)).toBe(naive.position)
        for (let point = 0; point < size * size; point++) {
          if (naive.position[point] === '.') continue
          const { chain, liberties } = walkChain(naive.position, size, point)
          const head = board.chains.heads[point] as number
          expect(board.chains.stoneCount[head]).toBe(chain.size)
          expect(board.libertiesAt(point)).toBe(liberties.size)
          for (const liberty of liberties) expect(board.chains.hasLiberty(head, liberty)).toBe(true)
          expect(board.chains.findLiberty(head)).toBe(Math.min(...liberties))
        }
      })
    })
    fc.assert(property, { numRuns: 60, seed: 5 })
  })

  it('are taken back move by move, with ko, prisoners, liberties and repetitions', () => {
    const property = fc.property(fc.integer({ min: 2, max: 5 }), anyRules, choices, (size, rules, numbers) => {
      const board = new Board(size, rules)
      const copies = [board.copy()]
      playBoth(board, new NaiveGame(size, rules), numbers, () => copies.push(board.copy()))
      copies.pop()
      while (board.undo()) {
        const copy = copies.pop() as Board
        expect(describeBoard(board)).toEqual(describeBoard(copy))
      }
      expect(copies).toEqual([])
    })
    fc.assert(property, { numRuns: 40, seed: 6 })
  })
})

function describeBoard(board: Board): unknown {
  const { toMove, moveNumber, passes, koPoint, captured, placedAt, stones } = board
  return {
    drawing: drawBoard(board),
    legal: [board.legalMoves(BLACK), board.legalMoves(WHITE)],
    liberties: [...stones].map((_, point) => board.libertiesAt(point)),
    placedAt: [...placedAt].map((number, point) => (stones[point] === 0 ? 0 : number)),
    numbers: [toMove, moveNumber, passes, koPoint, captured.black, captured.white],
  }
}
