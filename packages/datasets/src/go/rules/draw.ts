// Boards as text: for terminals, for messages and for tests.
import { GoError } from '../errors.ts'
import { Board } from './board.ts'
import { formatVertex } from './points.ts'
import type { Rules } from './rules.ts'
import type { Colour } from './stones.ts'

/** The board as text, top row first: `X` black, `O` white, `.` empty; with letters and numbers around it where asked for. */
export function drawBoard(board: Board, options: { readonly coordinates?: boolean } = {}): string {
  const { size, stones } = board
  const rows = Array.from({ length: size }, (_, row) =>
    Array.from(stones.subarray(row * size, row * size + size), (stone) =>
      stone === 0 ? '.' : stone === 1 ? 'X' : 'O',
    ).join(' '),
  )
  if (!options.coordinates) return rows.join('\n')
  const letters = Array.from({ length: size }, (_, column) => formatVertex(column, size)[0]).join(' ')
  const numbered = rows.map((row, at) => `${String(size - at).padStart(2)} ${row} ${size - at}`)
  return [`   ${letters}`, ...numbered, `   ${letters}`].join('\n')
}

/**
 * A board from such text, without coordinates: `X` or `#` black, `O` white, `.` or `+` empty; spaces do not count.
 *
 * @throws GoError for other characters or a drawing that is not square; IllegalMoveError for a chain without liberties.
 */
export function parseBoard(drawing: string, rules: Rules = {}, toMove: Colour = 1): Board {
  const rows = drawing
    .split('\n')
    .map((row) => row.replace(/\s+/g, ''))
    .filter((row) => row !== '')
  const wrong = rows.find((row) => row.length !== rows.length || /[^XO#.+]/.test(row))
  if (wrong !== undefined || rows.length === 0) {
    throw new GoError({
      what: 'parseBoard',
      expected: `${rows.length} rows of as many X, O or .`,
      received: wrong ?? 'nothing',
      remedy: 'Draw a square board.',
    })
  }
  const board = new Board(rows.length, rules)
  const contents = [...rows.join('')].map((letter): Colour | 0 => (letter === 'O' ? -1 : /[X#]/.test(letter) ? 1 : 0))
  board.setUp(contents.map((content, point) => [point, content] as const))
  board.toMove = toMove
  return board
}
