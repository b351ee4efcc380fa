// The three ways of writing a point: a number, the vertex of the Go Text Protocol (`D4`, from below, without I) and the two
// letters of SGF (`dp`, from above).
import { GoError } from '../errors.ts'
import { geometryOf } from './geometry.ts'
import { PASS } from './stones.ts'

const columnLetters = 'ABCDEFGHJKLMNOPQRSTUVWXYZ'
const sgfLetters = 'abcdefghijklmnopqrstuvwxyz'

/** `D4` for the point four lines from the left and four from below; `pass` for −1. */
export function formatVertex(point: number, size: number): string {
  if (point === PASS) return 'pass'
  const row = Math.floor(point / size)
  if (!(row >= 0 && row < size)) return `point ${point}`
  return `${columnLetters[point % size]}${size - row}`
}

/**
 * The point that `D4` or `pass` names, upper or lower case.
 *
 * @throws GoError for anything that names no point of a board of this size.
 */
export function parseVertex(text: string, size: number): number {
  geometryOf(size)
  if (/^pass$/i.test(text)) return PASS
  const match = /^([A-HJ-Z])([1-9]\d?)$/i.exec(text)
  const column = match ? columnLetters.indexOf((match[1] as string).toUpperCase()) : -1
  const row = match ? size - Number(match[2]) : -1
  if (column >= 0 && column < size && row >= 0) return row * size + column
  throw new GoError({
    what: 'vertex',
    expected: `a letter from A to ${columnLetters[size - 1]} without I and a number from 1 to ${size}, or pass`,
    received: text.slice(0, 40) || 'nothing',
    remedy: 'Write a vertex such as D4.',
  })
}

/** Two letters, column then row from the top left; nothing for a pass. */
export function formatSgfPoint(point: number, size: number): string {
  if (point === PASS) return ''
  return `${sgfLetters[point % size]}${sgfLetters[Math.floor(point / size)]}`
}

/** The point of two SGF letters; undefined where they name none of this board. A pass is the caller's to recognise. */
export function parseSgfPoint(text: string, size: number): number | undefined {
  if (text.length !== 2) return undefined
  const column = sgfLetters.indexOf(text[0] as string)
  const row = sgfLetters.indexOf(text[1] as string)
  return column >= 0 && column < size && row >= 0 && row < size ? row * size + column : undefined
}
