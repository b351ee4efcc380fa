// Each feature on positions made by hand, and the features of moves against playing the moves.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GoError } from '../errors.ts'
import { Board } from '../rules/board.ts'
import { drawBoard, parseBoard } from '../rules/draw.ts'
import { neighboursOf, resolveMove, walkChain } from '../rules/fixtures/naive-rules.ts'
import { parseVertex } from '../rules/points.ts'
import { BLACK, type Colour, WHITE } from '../rules/stones.ts'
import { encodePlanes } from './encode-planes.ts'
import { examineMove } from './examine-move.ts'
import { alphaGoPlanes, clarkStorkeyPlanes, countPlanes, type Feature, signedPlanes } from './features.ts'

/** A feature's planes as drawings: the number of the plane (from 1) that is 1 at each point, `.` for none. */
function draw(board: Board, feature: Feature, colour: Colour = board.toMove): string {
  const { data, shape } = encodePlanes(board, [feature], colour)
  const [planes, size] = shape as [number, number]
  const area = size * size
  const letters = Array.from({ length: area }, (_, point) => {
    const set = Array.from({ length: planes }, (_, plane) => plane + 1).filter(
      (plane) => data[(plane - 1) * area + point] !== 0,
    )
    expect(set.length).toBeLessThanOrEqual(1)
    return set[0] === undefined ? '.' : String(set[0])
  })
  return Array.from({ length: size }, (_, row) => letters.slice(row * size, row * size + size).join(' ')).join('\n')
}

const lines = (drawing: string): string => drawing.trim().replace(/\n\s+/g, '\n')

const fight = (): Board =>
  parseBoard(`
    . X O . .
    X O . O .
    . X O . .
    X X . . .
    O . . . .`)

describe('features of stones', { timeout: 30_000 }, () => {
  it('signed-stones, stone-colour and player-colour turn with the player', () => {
    const board = parseBoard('X O\n. .')
    expect([...encodePlanes(board, signedPlanes).data]).toEqual([1, -1, 0, 0])
    expect([...encodePlanes(board, signedPlanes, WHITE).data]).toEqual([-1, 1, 0, 0])
    expect(draw(board, 'stone-colour')).toBe('1 2\n3 3')
    expect(draw(board, 'stone-colour', WHITE)).toBe('2 1\n3 3')
    expect(draw(board, 'player-colour')).toBe('1 1\n1 1')
    expect(draw(board, 'player-colour', WHITE)).toBe('. .\n. .')
    expect(draw(board, 'ones')).toBe('1 1\n1 1')
  })

  it('liberties and liberties-by-colour', () => {
    expect(draw(fight(), 'liberties')).toBe(lines('. 1 2 . .\n2 1 . 4 .\n. 3 3 . .\n3 3 . . .\n1 . . . .'))
    const byColour = lines('. 1 5 . .\n2 4 . 6 .\n. 3 6 . .\n3 3 . . .\n4 . . . .')
    expect(draw(fight(), 'liberties-by-colour')).toBe(byColour)
    const long = parseBoard('X X X X\n. . . .\n. . . .\n. . . .')
    expect(draw(long, 'liberties').slice(0, 7)).toBe('4 4 4 4')
    const many = parseBoard(`
      . . . . . .
      . X X X X .
      . . . . . .
      . . . . . .
      . . . . . .
      . . . . . .`)
    expect(many.libertiesAt(7)).toBe(10)
    expect(draw(many, 'liberties')).toContain('. 8 8 8 8 .')
  })

  it('turns-since counts moves, passes included; stones that were set up are old', () => {
    const board = parseBoard('X . . .\n. . . .\n. . . .\n. . . .')
    for (const vertex of ['C3', 'B1', 'pass', 'D1']) board.play(parseVertex(vertex, 4))
    expect(draw(board, 'turns-since')).toBe(lines('8 . . .\n. . 4 .\n. . . .\n. 3 . 1'))
  })

  it('ko marks the point for the player it binds', () => {
    const board = fight()
    board.play(parseVertex('C4', 5))
    expect(draw(board, 'ko')).toBe(lines('. . . . .\n. 1 . . .\n. . . . .\n. . . . .\n. . . . .'))
    expect(draw(board, 'ko', BLACK)).not.toContain('1')
    expect(draw(board, 'legal')[12]).toBe('.')
  })
})

describe('features of moves', { timeout: 30_000 }, () => {
  it('capture-size, liberties-after-move, self-atari-size, sensibleness, legal', () => {
    // Black may take a stone at C4 and one at B1, white one at A5; white's A3 would be suicide.
    const board = fight()
    expect(draw(board, 'capture-size')).toBe(lines('. . . . .\n. . 1 . .\n. . . . .\n. . . . .\n. 1 . . .'))
    expect(draw(board, 'capture-size', WHITE)).toBe(lines('1 . . . .\n. . . . .\n. . . . .\n. . . . .\n. . . . .'))
    expect(draw(board, 'self-atari-size')).toBe(lines('3 . . 1 .\n. . 1 . .\n. . . . .\n. . . . .\n. . . . .'))
    expect(draw(board, 'legal')).toBe(lines('1 . . 1 1\n. . 1 . 1\n1 . . 1 1\n. . 1 1 1\n. 1 1 1 1'))
    expect(draw(board, 'legal', WHITE)).toBe(lines('1 . . 1 1\n. . 1 . 1\n. . . 1 1\n. . 1 1 1\n. 1 1 1 1'))
    expect(draw(board, 'liberties-after-move').split('\n')[4]).toBe('. 4 3 3 2')
    const corner = parseBoard('. X . .\nX X . .\n. . . .\n. . . .')
    expect(draw(corner, 'legal').split('\n')[0]).toBe('1 . 1 1')
    expect(draw(corner, 'sensibleness').split('\n')[0]).toBe('. . 1 1')
    expect(draw(corner, 'sensibleness', WHITE).split('\n')[0]).toBe('. . 1 1')
    const large = parseBoard('O O O X\nO O O X\nO O O X\n. X X .')
    expect(draw(large, 'capture-size')).toBe(lines('. . . .\n. . . .\n. . . .\n8 . . .'))
  })

  it('are what playing the move shows', () => {
    const property = fc.property(
      fc.integer({ min: 3, max: 7 }),
      fc.boolean(),
      fc.array(fc.nat(9999), { maxLength: 80 }),
      (size, suicide, numbers) => {
        const board = new Board(size, { suicide })
        for (const number of numbers) {
          const legal = board.legalMoves()
          board.play(legal.length === 0 ? -1 : (legal[number % legal.length] as number))
        }
        for (const colour of [BLACK, WHITE] as const) {
          const before = drawBoard(board)
          const legal = encodePlanes(board, ['legal'], colour).data
          encodePlanes(board, alphaGoPlanes, colour)
          expect(drawBoard(board)).toBe(before)
          for (let point = 0; point < size * size; point++) {
            expect(legal[point] === 1).toBe(board.isLegal(point, colour))
            if (!board.isLegal(point, colour)) continue
            const effect = examineMove(board, point, colour)
            const captured = board.play(point, colour)
            expect(effect.captured).toBe(captured)
            const position = drawBoard(board).replace(/\s/g, '')
            if (board.stones[point] === 0) expect(effect.liberties).toBe(0)
            else {
              const { chain, liberties } = walkChain(position, size, point)
              expect([effect.stones, effect.liberties]).toEqual([chain.size, liberties.size])
            }
            board.undo()
          }
        }
      },
    )
    fc.assert(property, { numRuns: 40, seed: 9 })
  })
})

describe('ladders', { timeout: 30_000 }, () => {
  // Black's D7 chases the white stone to the lower right corner, unless white has a friend on the way.
  const chase = (friend: string): Board =>
    parseBoard(`
      . . . . . . . . .
      . . X . . . . . .
      . X O . . . . . .
      . X . . . . . . .
      . . . . . . . . .
      . . . . . . . . .
      . . . . . ${friend} . . .
      . . . . . . . . .
      . . . . . . . . .`)

  it('are captured by the one move that works', () => {
    const board = chase('.')
    const planes = draw(board, 'ladder-capture').split('\n')
    expect(planes[2]).toBe('. . . 1 . . . . .')
    expect(planes.join('').match(/1/g)?.length).toBe(1)
    board.play(parseVertex('D7', 9))
    expect(draw(board, 'ladder-escape')).not.toContain('1')
  })

  it('do not work where the chain meets a friend', () => {
    const board = chase('O')
    expect(draw(board, 'ladder-capture')).not.toContain('1')
    board.play(parseVertex('D7', 9))
    expect(draw(board, 'ladder-escape').split('\n')[3]).toBe('. . 1 . . . . . .')
  })

  it('are escaped by capturing a chain around', () => {
    const board = parseBoard(`
      . . . . . . .
      . . X O . . .
      . X O X O . .
      . X . . . . .
      . . . . . . .
      . . . . . . .
      . . . . . . .`)
    expect(draw(board, 'ladder-escape', WHITE).split('\n')[3]).toBe('. . 1 1 . . .')
  })

  it('are read as the naive rules read them, on random positions', () => {
    let working = 0
    const property = fc.property(
      fc.integer({ min: 4, max: 6 }),
      fc.array(fc.nat(9999), { maxLength: 40 }),
      (size, numbers) => {
        const board = new Board(size)
        for (const number of numbers) {
          const legal = board.legalMoves()
          board.play(legal.length === 0 ? -1 : (legal[number % legal.length] as number))
        }
        const position = drawBoard(board).replace(/\s/g, '')
        for (const [colour, letter] of [
          [BLACK, 'X'],
          [WHITE, 'O'],
        ] as const) {
          // biome-ignore format: short
          const capture = encodePlanes(board, ['ladder-capture'], colour).data
          const rescue = encodePlanes(board, ['ladder-escape'], colour).data
          for (let point = 0; point < size * size; point++) {
            if (!board.isLegal(point, colour)) continue
            const wanted = readNaively(position, size, point, letter)
            expect([capture[point] === 1, rescue[point] === 1]).toEqual([wanted.captures, wanted.escapes])
            if (wanted.captures) working++
          }
        }
      },
    )
    fc.assert(property, { numRuns: 120, seed: 4 })
    expect(working).toBeGreaterThan(20)
  })
})

/** Ladder reading straight from its definition, on positions that are strings. */
function readNaively(
  position: string,
  size: number,
  point: number,
  letter: 'X' | 'O',
): { captures: boolean; escapes: boolean } {
  const other = letter === 'X' ? 'O' : 'X'
  const chainsOf = (colour: string, liberties: number): number[] =>
    [...position].flatMap((content, at) => {
      if (content !== colour) return []
      const found = walkChain(position, size, at)
      return found.liberties.size === liberties && Math.min(...found.chain) === at ? [at] : []
    })
  const captures = chainsOf(other, 2).some(
    (prey) => walkChain(position, size, prey).liberties.has(point) && attackWorks(position, size, point, prey, letter),
  )
  const escapes = chainsOf(letter, 1).some(
    (prey) => defences(position, size, prey).includes(point) && defenceWorks(position, size, point, prey, letter),
  )
  return { captures, escapes }
}

function attackWorks(
  position: string,
  size: number,
  point: number,
  prey: number,
  attacker: Stone,
  before = '',
): boolean {
  const after = resolveMove(position, size, point, attacker)
  // Suicide, and the retaking of a ko.
  if (after[point] === '.' || after === before) return false
  const owner = attacker === 'X' ? 'O' : 'X'
  return !defences(after, size, prey).some((defence) => defenceWorks(after, size, defence, prey, owner, position))
}

function defenceWorks(position: string, size: number, point: number, prey: number, owner: Stone, before = ''): boolean {
  const after = resolveMove(position, size, point, owner)
  if (after[point] === '.' || after === before) return false
  const { liberties } = walkChain(after, size, prey)
  if (liberties.size !== 2) return liberties.size > 2
  const attacker = owner === 'X' ? 'O' : 'X'
  return ![...liberties].some((attack) => attackWorks(after, size, attack, prey, attacker, position))
}

type Stone = 'X' | 'O'

/** The liberty of a chain in atari, and those of opponents in atari around it. */
function defences(position: string, size: number, prey: number): number[] {
  const { chain, liberties } = walkChain(position, size, prey)
  const found = new Set(liberties)
  for (const stone of chain) {
    for (const neighbour of neighboursOf(stone, size)) {
      if (position[neighbour] === '.' || position[neighbour] === position[prey]) continue
      const around = walkChain(position, size, neighbour)
      if (around.liberties.size === 1) for (const liberty of around.liberties) found.add(liberty)
    }
  }
  return [...found]
}

describe('sets of features', { timeout: 30_000 }, () => {
  it('have the published numbers of planes', () => {
    expect(countPlanes(alphaGoPlanes)).toBe(48)
    expect(countPlanes(clarkStorkeyPlanes)).toBe(7)
    expect(countPlanes(signedPlanes)).toBe(1)
    expect(encodePlanes(new Board(9), alphaGoPlanes).shape).toEqual([48, 9, 9])
    expect(() => countPlanes(['ko', 'ko'])).toThrow(GoError)
  })
})
